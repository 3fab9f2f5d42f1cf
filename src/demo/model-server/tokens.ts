// How the stand-in server counts tokens. In: text or chat messages. Out: a count that anybody can repeat by hand:
// one token per run of letters or digits, one per other visible character. `Revenue grew 12%.` has 5 tokens.
// Deliberately not characters ÷ 4, which is how callers estimate when a server reports nothing.

const TOKEN = /[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu

/** Tokens added per chat message for its role and delimiters. */
export const TOKENS_PER_MESSAGE = 3

/** Tokens added once per chat request to prime the reply. */
export const TOKENS_PER_REQUEST = 3

export const splitTokens = (text: string): string[] => text.match(TOKEN) ?? []

export const countTokens = (text: string): number => splitTokens(text).length

/** Tokens of a prompt: 3 + for each message 3 + the tokens of its content. */
export const countPromptTokens = (contents: readonly string[]): number =>
  contents.reduce((sum, content) => sum + TOKENS_PER_MESSAGE + countTokens(content), TOKENS_PER_REQUEST)
