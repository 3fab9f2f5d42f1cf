// The price book over HTTP. In: what to look up, or an override. Out: price versions. Everybody reads, superadmins add; what is
// booked already keeps its price until `spanledger reprice`, as with the command line, whose rules these are.
import { z } from 'zod'
import { createPriceBook } from '../../ledger/price/price-book.ts'
import { priceProviderOf, toPriceProvider, validPriceVersion } from '../../ledger/price/price-input.ts'
import { loadPriceVersions, recordPriceVersions } from '../../ledger/price/price-rows.ts'
import { TOKEN_CLASSES } from '../../ledger/price/price-version.ts'
import type { Clock } from '../../shared/clock.ts'
import { AppError } from '../../shared/errors.ts'
import { type Pool, withTransaction } from '../../shared/pg.ts'
import { offsetOf, pageMeta, pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { PRICE, toPriceData } from './price-data.ts'

const PATH = '/api/v1/prices'
const SOURCES = ['override', 'default', 'catalogue'] as const
const MOMENT = z.iso.datetime({ offset: true })
const PROVIDER = z.string().min(1).max(128)

const NEW_PRICE = z
  .object({
    provider: PROVIDER.describe('any name a library uses, or * for any provider'),
    model_pattern: z.string().min(1).max(512).describe('exact id, wildcard with *, or ~ and a regular expression'),
    valid_from: MOMENT.nullable().default(null).describe('calls that start at or after this; null: always'),
    valid_to: MOMENT.nullable().default(null).describe('calls that start before this; null: for ever'),
    rates: z
      .array(
        z
          .object({
            token_class: z.enum(TOKEN_CLASSES),
            usd_per_million: z
              .string('write the rate as a string, e.g. "2.50"')
              .describe('US dollars, at most 6 decimals'),
            above_input_tokens: z.number().int().min(0).default(0).describe('for calls with more input than this'),
          })
          .strict(),
      )
      .min(1)
      .max(60),
    note: z.string().max(1000).default('').describe('why'),
  })
  .strict()

export function priceRoutes(pool: Pool, clock: Clock): AnyRoute[] {
  const shared = { tag: 'prices' }
  return [
    defineRoute({
      ...shared,
      method: 'get',
      path: PATH,
      operationId: 'listPrices',
      summary: 'Price versions, the latest first',
      access: 'member',
      query: z.object({
        source: z.enum(SOURCES).optional().describe('operators’ overrides, shipped defaults, or the catalogue'),
        provider: PROVIDER.optional(),
        ...pageQuery(),
      }),
      data: z.array(PRICE),
      async handle({ query }) {
        const { source, provider } = query
        const names = provider === undefined ? undefined : [provider, toPriceProvider(provider)]
        const found = (await withTransaction(pool, loadPriceVersions))
          .filter((version) => (source ?? version.source) === version.source)
          .filter((version) => names?.includes(version.provider) ?? true)
          .reverse()
        const from = offsetOf(query)
        return {
          data: found.slice(from, from + query.limit).map(toPriceData),
          meta: pageMeta(query, found.length),
          filtersApplied: { ...(source && { source }), ...(provider && { provider }) },
        }
      },
    }),
    defineRoute({
      ...shared,
      method: 'get',
      path: `${PATH}/in-force`,
      operationId: 'getPriceInForce',
      summary: 'The price a call of a model gets',
      access: 'member',
      query: z.object({
        model: z.string().min(1).max(512),
        provider: PROVIDER.optional().describe('when left out: the one the model tells'),
        at: MOMENT.optional().describe('start of the call; now when left out'),
        known_on: MOMENT.optional().describe('as the book was known then'),
      }),
      data: PRICE,
      async handle({ query: { model, provider: written, at, known_on } }) {
        const provider = priceProviderOf(model, written)
        if (provider === '') throw new AppError('bad_request', `${model} tells no provider: give provider`)
        const atMs = at === undefined ? clock.nowMs() : Date.parse(at)
        const known = known_on === undefined ? {} : { knownOnMs: Date.parse(known_on) }
        const found = createPriceBook(await withTransaction(pool, loadPriceVersions), known).find(provider, model, atMs)
        if (!found)
          throw new AppError(
            'not_found',
            `no price for ${model} of provider ${provider} at ${new Date(atMs).toISOString()}`,
          )
        return { data: toPriceData(found), filtersApplied: { model, provider, at: new Date(atMs).toISOString() } }
      },
    }),
    defineRoute({
      ...shared,
      method: 'post',
      path: PATH,
      operationId: 'addPrice',
      summary: 'Add an override to the price book',
      access: 'superadmin',
      status: 201,
      body: NEW_PRICE,
      data: PRICE,
      async handle({ body }) {
        const version = overrideOf(body)
        const recorded = await withTransaction(pool, async (client) => {
          await recordPriceVersions(client, [version])
          // Recorders take turns, so the highest number is ours.
          return (await loadPriceVersions(client)).at(-1)
        })
        if (!recorded) throw new Error('the price that was recorded cannot be read')
        return { data: toPriceData(recorded) }
      },
    }),
  ]
}

/** @throws AppError `unprocessable` naming every problem. */
function overrideOf({ model_pattern, valid_from, valid_to, rates, ...rest }: z.output<typeof NEW_PRICE>) {
  try {
    return validPriceVersion({
      ...rest,
      modelPattern: model_pattern,
      validFrom: valid_from,
      validTo: valid_to,
      rates: rates.map(({ token_class, usd_per_million, above_input_tokens }) => ({
        tokenClass: token_class,
        usdPerMillion: usd_per_million,
        aboveInputTokens: above_input_tokens,
      })),
    })
  } catch (error) {
    throw new AppError('unprocessable', (error as Error).message, { cause: error })
  }
}
