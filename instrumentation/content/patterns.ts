// What secrets and personal data look like. In: nothing. Out: the patterns, each with the word that replaces a match.
// `hint` is a cheap test over all patterns of a group: most strings are clean and stop there. The collector's patterns
// are made from these (collector/redaction.ts), which is why they use little of what Go's syntax lacks.
// A pattern that begins with a run of any length says what may not stand before it: tried at each letter of a long text
// without a break (a picture in base64), it would hold the app for seconds.

export interface Pattern {
  label: string
  regex: RegExp
  /** A match counts only when this agrees: check digits keep order numbers from being taken for cards. */
  accept?: (match: string) => boolean
  /** What the collector looks for instead: where taking every match without asking `accept` would take too much, or edges cost it. */
  withoutAccept?: RegExp
}

export interface PatternGroup {
  hint: RegExp
  patterns: readonly Pattern[]
}

// Prefixes of keys whose vendors gave them one, with the alphabet and least length of what follows.
export const KEY_FORMATS = [
  'sk-[A-Za-z0-9_-]{16,}', // OpenAI, Anthropic, OpenRouter, DeepSeek, Langfuse, …
  '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}', // Stripe
  'whsec_[A-Za-z0-9+/=]{16,}',
  '(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}', // AWS
  'AIza[0-9A-Za-z_-]{30,}', // Google
  'ya29\\.[0-9A-Za-z_-]{20,}',
  'GOCSPX-[0-9A-Za-z_-]{20,}',
  'gh[pousr]_[A-Za-z0-9]{20,}', // GitHub
  'github_pat_[A-Za-z0-9_]{20,}',
  'glpat-[A-Za-z0-9_-]{16,}', // GitLab
  'xox[abeoprs]-[A-Za-z0-9-]{10,}', // Slack
  'xapp-[A-Za-z0-9-]{10,}',
  'https://hooks\\.slack\\.com/services/[A-Za-z0-9/_-]{20,}',
  'https://(?:canary\\.|ptb\\.)?discord(?:app)?\\.com/api/webhooks/[0-9]+/[A-Za-z0-9_-]{20,}',
  'hf_[A-Za-z0-9]{16,}', // Hugging Face
  'gsk_[A-Za-z0-9]{16,}', // Groq
  'xai-[A-Za-z0-9]{16,}', // xAI
  'pplx-[A-Za-z0-9]{16,}', // Perplexity
  'pa-[A-Za-z0-9_-]{30,}', // Voyage
  'r8_[A-Za-z0-9]{16,}', // Replicate
  'nvapi-[A-Za-z0-9_-]{16,}', // NVIDIA
  'fw_[A-Za-z0-9]{16,}', // Fireworks
  'csk-[A-Za-z0-9]{16,}', // Cerebras
  'tvly-[A-Za-z0-9_-]{16,}', // Tavily
  'lsv2_(?:pt|sk)_[A-Za-z0-9_]{16,}', // LangSmith
  'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}', // SendGrid
  'npm_[A-Za-z0-9]{20,}',
  'pypi-[A-Za-z0-9_-]{20,}',
  'dop_v1_[a-f0-9]{32,}', // DigitalOcean
  'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{16,}', // Shopify
  'dapi[a-f0-9]{32}', // Databricks
  'hv[bs]\\.[A-Za-z0-9_-]{20,}', // Vault
  'lin_api_[A-Za-z0-9]{20,}',
  'ntn_[A-Za-z0-9]{20,}',
  'AGE-SECRET-KEY-1[0-9A-Z]{20,}',
  '[0-9]{8,10}:AA[A-Za-z0-9_-]{33}', // Telegram
  'pcsk_[A-Za-z0-9_]{20,}', // Pinecone
  'glsa_[A-Za-z0-9_]{20,}', // Grafana
  'glc_[A-Za-z0-9_-]{14}[A-Za-z0-9+/=_-]{6,}',
  'dckr_[po]at_[A-Za-z0-9_-]{20,}', // Docker
  'ATATT[A-Za-z0-9_=-]{20,}', // Atlassian
  'ATCTT[A-Za-z0-9_=-]{20,}',
  'NRAK-[A-Z0-9]{20,}', // New Relic
  'sq0[a-z]{3}-[A-Za-z0-9_-]{20,}', // Square
  'dp\\.[a-z]{2,5}\\.[A-Za-z0-9]{30,}', // Doppler
  'secret_[A-Za-z0-9]{40,}', // Notion, of old
]

const NAMED_SECRET =
  /((?<![A-Za-z0-9])(?:api[-_]?key|access[-_]?key|secret(?:[-_]?key)?|account[-_]?key|shared[-_]?access[-_]?key|auth[-_]?token|access[-_]?token|refresh[-_]?token|client[-_]?secret|authorization|passphrase|password|passwd|pwd|token)["']?\s*[:=]\s*["']?)(?:(?:[Bb]earer|BEARER|[Bb]asic|[Tt]oken|[Aa][Pp][Ii]-?[Kk][Ee][Yy])\s+)?(?!\[redacted)([^\s"'&,;}<>]{6,})/gi

export const SECRETS: PatternGroup = {
  hint: /sk[-_]|[rp]k_|whsec|A(?:KIA|SIA|BIA|CCA|Iza|GE-)|ya29|GOCSPX|gh[pousr]_|github_pat|glpat|xox|xapp-|hooks\.slack|webhooks\/|hf_|xai-|pplx|pa-|r8_|nvapi|fw_|tvly|lsv2|SG\.|npm_|pypi-|dop_v1|shp|dapi|hv[bs]\.|lin_api|ntn_|:AA|pcsk_|gl(?:sa|c)_|dckr_|AT[AC]TT|NRAK|sq0|dp\.|eyJ|-----BEGIN|bearer|basic |authoriz|sig(?:nature)?=|:\/\/[^/\s]*@|key|secret|token|passw|passph|pwd/i,
  patterns: [
    { label: 'private key', regex: /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g },
    {
      label: 'jwt',
      regex: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?/g,
      withoutAccept: /\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?/,
    },
    { label: 'api key', regex: new RegExp(`(?<![A-Za-z0-9])(?:${KEY_FORMATS.join('|')})`, 'g') },
    { label: 'credentials', regex: /\b(?:bearer|basic)\s+(?!\[redacted)[A-Za-z0-9._~+/=-]{8,}/gi },
    { label: 'credentials', regex: /(?<=:\/\/)[^\s:/@?#]*:[^\s/@?#]+(?=@)/g },
    // Signed URLs of Azure, Google, AWS: who has the signature may read.
    { label: 'signature', regex: /(?<=sig=)[A-Za-z0-9%+/=_-]{30,}/g },
    { label: 'signature', regex: /(?<=Signature=)[A-Za-z0-9%+/=_-]{30,}/g },
  ],
}

/** `password=…`, `"api_key": "…"`: the name stays, its value goes. */
export const NAMED: { hint: RegExp; regex: RegExp } = {
  hint: /key|secret|token|authoriz|passw|passph|pwd/i,
  regex: NAMED_SECRET,
}

// Letters of alphabets too, not the signs of scripts that put no space between an address and the words around it.
const EMAIL =
  '[A-Za-z0-9\\u00c0-\\u1fff._%+-]+@[A-Za-z0-9\\u00c0-\\u1fff](?:[A-Za-z0-9\\u00c0-\\u1fff-]*[A-Za-z0-9\\u00c0-\\u1fff])?(?:\\.[A-Za-z0-9\\u00c0-\\u1fff-]+)*\\.[A-Za-z\\u00c0-\\u1fff]{2,}'

// Numbers of the networks' lengths, plain or in their groups.
const CARD_LOOK =
  /(?<![\dA-Za-z.])(?:4\d{12}(?:\d{3}){0,2}|5[0-8]\d{14}|6\d{15,18}|2[2-7]\d{14}|3\d{13,15}|[2-6]\d{3}[ \u00a0\u202f.-]\d{4}[ \u00a0\u202f.-]\d{4}[ \u00a0\u202f.-]\d{1,7}|3\d{3}[ \u00a0\u202f.-]\d{6}[ \u00a0\u202f.-]\d{4,5})(?![\dA-Za-z])/

export const PERSONAL: PatternGroup = {
  hint: /@|\d(?:[ \u00a0\u202f()./-]{0,2}\d){6}|[A-Z]{2}\d{2}/,
  patterns: [
    {
      label: 'email',
      regex: new RegExp(`(?<![A-Za-z0-9\\u00c0-\\u1fff._%+-])(?:${EMAIL})+`, 'g'),
      withoutAccept: new RegExp(EMAIL),
    },
    {
      label: 'iban',
      regex: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \u00a0\u202f-]?[A-Z0-9]){11,30}(?![A-Za-z0-9])/g,
      accept: (match) => isIban(match),
    },
    {
      label: 'card',
      regex:
        /(?<![\dA-Za-z.])(?:\d{13,19}|[2-6]\d{3}([ \u00a0\u202f.-])\d{4}\1\d{4}\1\d{1,7}|3\d{3}([ \u00a0\u202f.-])\d{6}\2\d{4,5})(?![\dA-Za-z])/g,
      accept: (match) => isCardNumber(match),
      withoutAccept: CARD_LOOK,
    },
    { label: 'phone', regex: /(?<![\w.+])(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){6,14}(?!\w)/g },
    { label: 'phone', regex: /(?<![\w.+-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])/g },
    { label: 'phone', regex: /(?<![\w.+/-])\(?0\d{2,4}\)?[ /-]\d{3,4}[ -]?\d{3,5}(?![\w-])/g },
  ],
}

const CARD_NETWORKS = /^(?:4|5[0-8]|6|2[2-7]|3[0-9])/

/** A number of a known network, with the Luhn check digit of ISO/IEC 7812. */
function isCardNumber(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  if (!CARD_NETWORKS.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** The check of ISO 13616: mod 97 of the rearranged number is 1. */
function isIban(text: string): boolean {
  const compact = text.replace(/[ \u00a0\u202f-]/g, '')
  if (compact.length < 15 || compact.length > 34) return false
  let rest = 0
  for (const char of compact.slice(4) + compact.slice(0, 4)) {
    const value = char >= 'A' ? char.charCodeAt(0) - 55 : Number(char)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}
