// Prices shipped with Spanledger: the defaults of requirement C6, which stand above the catalogue and below an
// operator's overrides. Cached tokens follow the vendors' published ratios to the input price.
import type { NewPriceVersion } from './price-rows.ts'

const ANTHROPIC_CACHE = { read: 0.1, write: 1.25 }
const GEMINI_CACHE = { read: 0.1 }
const DATED = String.raw`(-\d{8}|-latest)?$`

interface DefaultPrice {
  pattern: string
  input: number
  output: number
  cache?: { read: number; write?: number }
}

const DEFAULTS: DefaultPrice[] = [
  {
    pattern: String.raw`~^gemini-2\.5-flash(-\d{3}|-preview-\d\d-(\d\d|\d{4}))?$`,
    input: 0.075,
    output: 0.3,
    cache: GEMINI_CACHE,
  },
  {
    pattern: String.raw`~^gemini-2\.5-pro(-\d{3}|-preview-\d\d-(\d\d|\d{4}))?$`,
    input: 1.25,
    output: 5,
    cache: GEMINI_CACHE,
  },
  { pattern: '~^claude-sonnet-4(-0|-20250514)$', input: 3, output: 15, cache: ANTHROPIC_CACHE },
  { pattern: `~^claude-opus-4-5${DATED}`, input: 15, output: 75, cache: ANTHROPIC_CACHE },
  { pattern: 'voyage-3.5', input: 0.06, output: 0 },
  { pattern: 'rerank-2.5', input: 0.05, output: 0 },
  // One figure is given for both directions.
  { pattern: 'grok-beta', input: 5, output: 5 },
  { pattern: '~^(baai/)?bge-m3$', input: 0.1, output: 0 },
]

export function defaultPrices(): NewPriceVersion[] {
  return DEFAULTS.map(({ pattern, input, output, cache }) => ({
    source: 'default',
    provider: '*',
    modelPattern: pattern,
    rates: [
      { tokenClass: 'input' as const, aboveInputTokens: 0, usdPerMillion: decimal(input) },
      { tokenClass: 'output' as const, aboveInputTokens: 0, usdPerMillion: decimal(output) },
      ...(cache
        ? [{ tokenClass: 'cache_read' as const, aboveInputTokens: 0, usdPerMillion: decimal(input * cache.read) }]
        : []),
      ...(cache?.write
        ? [{ tokenClass: 'cache_write' as const, aboveInputTokens: 0, usdPerMillion: decimal(input * cache.write) }]
        : []),
    ],
    note: 'requirement C6',
  }))
}

/** Six decimals at most: whole pico-USD per token. */
export const decimal = (usd: number): string => String(Number(usd.toFixed(6)))
