// The public price catalogue (@pydantic/genai-prices) as price versions. In: the package's data. Out: versions with
// validity from its start dates, tiers and hours of the day. Prices of audio, images, pages and searches are left out.
import { findProvider, type MatchLogic, type ModelInfo, type ModelPrice, TieredPrices } from '@pydantic/genai-prices'
import { decimal } from './default-prices.ts'
import { escapeRegExp } from './model-pattern.ts'
import type { NewPriceVersion } from './price-rows.ts'
import type { TokenClass } from './price-version.ts'

/** Catalogue id → canonical provider name (OpenTelemetry's where it has one). */
export const CATALOGUE_PROVIDERS: Record<string, string> = {
  anthropic: 'anthropic',
  arcee: 'arcee',
  avian: 'avian',
  aws: 'aws.bedrock',
  azure: 'azure.ai.openai',
  baseten: 'baseten',
  cerebras: 'cerebras',
  cloudflare: 'cloudflare',
  cohere: 'cohere',
  cursor: 'cursor',
  deepseek: 'deepseek',
  doubleword: 'doubleword',
  fireworks: 'fireworks_ai',
  'github-copilot': 'github_copilot',
  google: 'gcp.gemini',
  groq: 'groq',
  minimax: 'minimax',
  mistral: 'mistral_ai',
  modal: 'modal',
  moonshotai: 'moonshot_ai',
  novita: 'novita',
  openai: 'openai',
  openrouter: 'openrouter',
  ovhcloud: 'ovhcloud',
  perplexity: 'perplexity',
  quicksilverpro: 'quicksilverpro',
  together: 'together_ai',
  typesafe: 'typesafe',
  voyageai: 'voyageai',
  'x-ai': 'x_ai',
  zai: 'zai',
  zhipuai: 'zhipuai',
}

const CLASSES: [key: string, tokenClass: TokenClass, factor: number][] = [
  ['input_mtok', 'input', 1],
  ['output_mtok', 'output', 1],
  ['cache_read_mtok', 'cache_read', 1],
  ['cache_write_mtok', 'cache_write', 1],
  ['output_reasoning_mtok', 'reasoning', 1],
  ['requests_kcount', 'request', 1000],
]

export function cataloguePrices(): NewPriceVersion[] {
  return Object.entries(CATALOGUE_PROVIDERS).flatMap(([id, provider]) =>
    (findProvider({ providerId: id })?.models ?? []).flatMap((model, rank) => versionsOf(model, provider, rank)),
  )
}

function versionsOf(model: ModelInfo, provider: string, rank: number): NewPriceVersion[] {
  const modelPattern = toModelPattern(model.match)
  const prices = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }]
  const dated = prices.filter((price) => price.constraint?.type !== 'time_of_date')
  const versions = prices.map((price): NewPriceVersion => {
    const base = {
      source: 'catalogue' as const,
      provider,
      modelPattern,
      rank,
      rates: ratesOf(price.prices),
      note: model.id,
    }
    if (price.constraint?.type === 'time_of_date') {
      return { ...base, daily: { from: price.constraint.start_time, to: price.constraint.end_time } }
    }
    const next = dated[dated.indexOf(price) + 1]?.constraint
    return {
      ...base,
      validFrom: price.constraint ? startOf(price.constraint.start_date) : null,
      validTo: next?.type === 'start_date' ? startOf(next.start_date) : null,
    }
  })
  return versions.filter((version) => version.rates.length > 0)
}

function ratesOf(price: ModelPrice): NewPriceVersion['rates'] {
  return CLASSES.flatMap(([key, tokenClass, factor]) => {
    const rate = price[key]
    if (rate === undefined) return []
    const tiers = rate instanceof TieredPrices || typeof rate === 'object' ? rate.tiers : []
    const base = typeof rate === 'number' ? rate : rate.base
    return [{ start: 0, price: base }, ...tiers].map((tier) => ({
      tokenClass,
      aboveInputTokens: tier.start,
      usdPerMillion: decimal(tier.price * factor),
    }))
  })
}

/** The catalogue's match logic as one of our patterns. */
export function toModelPattern(match: MatchLogic): string {
  if ('equals' in match && !/^~|\*/.test(match.equals)) return match.equals
  if ('starts_with' in match && !/^~|\*/.test(match.starts_with)) return `${match.starts_with}*`
  return `~${toExpression(match)}`
}

function toExpression(match: MatchLogic): string {
  if ('equals' in match) return `^${escapeRegExp(match.equals)}$`
  if ('starts_with' in match) return `^${escapeRegExp(match.starts_with)}`
  if ('ends_with' in match) return `${escapeRegExp(match.ends_with)}$`
  if ('contains' in match) return escapeRegExp(match.contains)
  if ('regex' in match) return `(?:${match.regex})`
  if ('or' in match) return `(?:${match.or.map(toExpression).join('|')})`
  return `^${match.and.map((part) => `(?=[\\s\\S]*?(?:${toExpression(part)}))`).join('')}`
}

const startOf = (date: string) => new Date(`${date}T00:00:00Z`)
