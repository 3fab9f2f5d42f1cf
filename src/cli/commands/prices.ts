// `spanledger prices list|set|withdraw|import`: the price book by hand. In: arguments or a JSON file. Out: versions
// added; nothing is changed in place. What was booked before is restated by `spanledger reprice`.
import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { createPriceBook } from '../../ledger/price/price-book.ts'
import { parsePriceFile, priceProviderOf, toPriceProvider, validPriceVersion } from '../../ledger/price/price-input.ts'
import { loadPriceVersions, nextMs, recordPriceVersions } from '../../ledger/price/price-rows.ts'
import { TOKEN_CLASSES, type TokenClass } from '../../ledger/price/price-version.ts'
import { seedPrices } from '../../ledger/price/seed-prices.ts'
import { asOwner, withDatabase } from '../database.ts'
import { describePrice } from '../describe-price.ts'
import { parseTime, parseTimeOrAlways } from '../parse-time.ts'
import { describeSpan, withdrawPrice } from '../withdraw-price.ts'

interface Target {
  provider: string
  model: string
  from?: Date
  to?: Date
  note?: string
}

const RESTATE = 'What is booked stays as it is until: spanledger reprice'

type Rate = { tokenClass: TokenClass; aboveInputTokens: number; usdPerMillion: string }

export function addPrices(program: Command): void {
  const prices = program.command('prices').description('The price book.')
  addList(prices)
  addSet(prices)

  prices
    .command('withdraw')
    .description('Ends an override: the next best price applies again, in the catalogue if it has one.')
    .requiredOption('--provider <provider>', 'as in the override')
    .requiredOption('--model <pattern>', 'as in the override')
    .option('--from <time>', 'calls that start at or after this, or always (default: now)', parseTimeOrAlways)
    .option('--to <time>', 'calls that start before this (default: for ever)', parseTime)
    .option('--note <text>', 'why')
    .action(withdraw)

  prices
    .command('import [file]')
    .description('Adds the overrides of a JSON file; without a file brings the shipped catalogue up to date.')
    .option('--from <time>', 'calls that start at or after this, or always (default: now)', parseTimeOrAlways)
    .action((file: string | undefined, options: { from?: number }) =>
      withDatabase(async (client) => {
        const text = file === undefined ? undefined : await readFile(file, 'utf8')
        const added = await asOwner(client, async () => {
          if (file === undefined || text === undefined) return seedPrices(client, options.from)
          return recordPriceVersions(client, parsePriceFile(text, file, options.from ?? (await nextMs(client))))
        })
        console.log(`${added} price versions added.`)
      }),
    )
}

async function withdraw(options: { provider: string; model: string; from?: number; to?: Date; note?: string }) {
  await withDatabase(async (client) => {
    const span = await asOwner(client, async () => {
      const toMs = options.to?.getTime() ?? Number.POSITIVE_INFINITY
      const span = { fromMs: options.from ?? (await nextMs(client)), toMs }
      await withdrawPrice(client, options, span, options.note)
      return span
    })
    console.log(`Withdrawn: the next best price applies ${describeSpan(span)}. ${RESTATE}`)
  })
}

function addList(prices: Command): void {
  prices
    .command('list')
    .description('Lists price versions; with --model, the one in force.')
    .option('--provider <provider>', 'only this provider (with --model, default: the one the model tells)')
    .option('--model <model>', 'which price a call of this model gets')
    .option('--at <time>', 'for a call that starts then (default: now)', parseTime)
    .option('--known-on <time>', 'as the book was known then', parseTime)
    .option('--all', 'the catalogue too, not only defaults and overrides')
    .action((options: { provider?: string; model?: string; at?: Date; knownOn?: Date; all?: boolean }) =>
      withDatabase(async (client) => {
        const versions = await loadPriceVersions(client)
        const known = options.knownOn ? { knownOnMs: options.knownOn.getTime() } : {}
        if (options.model !== undefined) {
          const at = options.at ?? new Date()
          const provider = priceProviderOf(options.model, options.provider)
          const found = createPriceBook(versions, known).find(provider, options.model, at.getTime())
          if (!found)
            throw new Error(
              provider === '' && options.provider === undefined
                ? `${options.model} tells no provider: give --provider`
                : `no price for ${options.model} of provider ${provider} at ${at.toISOString()}`,
            )
          console.log(describePrice(found))
          return
        }
        const providers = new Set([options.provider ?? '', toPriceProvider(options.provider ?? '')])
        for (const version of versions) {
          if (!options.all && version.source === 'catalogue') continue
          if (options.provider !== undefined && !providers.has(version.provider)) continue
          if (options.knownOn && version.recordedAtMs > options.knownOn.getTime()) continue
          console.log(describePrice(version))
        }
      }),
    )
}

function addSet(prices: Command): void {
  const usd = (tokenClass: TokenClass) => (text: string) => rate(tokenClass, text, 0)
  prices
    .command('set')
    .description('Adds an override. Rates are USD per million tokens (request: per million requests).')
    .requiredOption('--provider <provider>', 'provider, or * for any')
    .requiredOption('--model <pattern>', 'exact id, wildcard with *, or ~ and a regular expression')
    .option('--input <usd>', 'input tokens', usd('input'))
    .option('--output <usd>', 'output tokens', usd('output'))
    .option('--cache-read <usd>', 'cached input tokens (default: as input)', usd('cache_read'))
    .option('--cache-write <usd>', 'input tokens written to the cache (default: as input)', usd('cache_write'))
    .option('--reasoning <usd>', 'reasoning tokens (default: as output)', usd('reasoning'))
    .option('--request <usd>', 'successful requests', usd('request'))
    .option('--tier <class=usd@tokens>', 'rate of calls with more input tokens than that; repeatable', tier, [])
    .option('--from <time>', 'calls that start at or after this (default: always)', parseTime)
    .option('--to <time>', 'calls that start before this (default: for ever)', parseTime)
    .option('--note <text>', 'why')
    .action((options: Target & { tier: Rate[] } & Record<string, unknown>) => {
      const flat = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning', 'request'].flatMap((name) =>
        options[name] === undefined ? [] : [options[name] as Rate],
      )
      if (flat.length === 0) throw new Error('give at least one rate, for example --input 2.50 --output 10')
      return record(options, [...flat, ...options.tier])
    })
}

async function record(options: Target, rates: Rate[]): Promise<void> {
  const version = validPriceVersion({
    provider: options.provider,
    modelPattern: options.model,
    validFrom: options.from ?? null,
    validTo: options.to ?? null,
    rates,
    note: options.note ?? '',
  })
  await withDatabase(async (client) => {
    await asOwner(client, () => recordPriceVersions(client, [version]))
    const span = {
      fromMs: options.from?.getTime() ?? Number.NEGATIVE_INFINITY,
      toMs: options.to?.getTime() ?? Number.POSITIVE_INFINITY,
    }
    if (version.provider !== options.provider)
      console.log(`Calls of ${options.provider} are booked as ${version.provider}.`)
    console.log(
      `Recorded for ${version.provider} ${version.modelPattern}: it applies ${describeSpan(span)}, to new ones within seconds. ${RESTATE}`,
    )
  })
}

function rate(tokenClass: TokenClass, text: string, aboveInputTokens: number): Rate {
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text))
    throw new InvalidArgumentError('Write USD per million like 2.50, at most 6 decimals.')
  return { tokenClass, aboveInputTokens, usdPerMillion: text }
}

function tier(text: string, before: Rate[]): Rate[] {
  const [, tokenClass, usd, above] = /^([a-z_]+)=([\d.]+)@(\d+)$/.exec(text) ?? []
  const known = TOKEN_CLASSES.find((name) => name === tokenClass)
  if (!known || !usd || !above)
    throw new InvalidArgumentError(`Write it like input=4@200000; classes: ${TOKEN_CLASSES.join(', ')}.`)
  return [...before, rate(known, usd, Number(above))]
}
