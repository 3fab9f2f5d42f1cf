// Price versions as operators write them. In: JSON text, options or a request. Out: validated overrides, or one error that
// names every problem.
import { z } from 'zod'
import { providerOfModel, toModelName, toProvider } from '../recognise/provider.ts'
import { parseModelPattern } from './model-pattern.ts'
import type { NewPriceVersion } from './price-rows.ts'
import { TOKEN_CLASSES } from './price-version.ts'

const usdPerMillion = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,6})?$/, 'decimal USD per million with at most 6 decimals, as a string')

const versionSchema = z
  .strictObject({
    provider: z
      .string()
      .min(1)
      .max(128)
      .refine((name) => toPriceProvider(name) !== '', 'a provider, or * for any; this names a framework'),
    modelPattern: z
      .string()
      .min(1)
      .max(512)
      .refine(isPattern, 'a model id, a wildcard with *, or ~ and a valid regular expression'),
    validFrom: z.coerce.date().nullable().optional(),
    validTo: z.coerce.date().nullable().default(null),
    rates: z.array(
      z.strictObject({
        tokenClass: z.enum(TOKEN_CLASSES),
        aboveInputTokens: z.number().int().min(0).max(2_147_483_647).default(0),
        usdPerMillion,
      }),
    ),
    note: z.string().max(1000).default(''),
  })
  .refine(({ validFrom, validTo }) => !validFrom || !validTo || validFrom < validTo, 'validFrom must be before validTo')
  .refine(
    ({ rates }) => new Set(rates.map((rate) => `${rate.tokenClass}@${rate.aboveInputTokens}`)).size === rates.length,
    'each class and tier once',
  )

/** The name calls of it are booked under (`gemini` → `gcp.gemini`); `*` stays; '' for a framework. */
export const toPriceProvider = (written: string): string => (written === '*' ? written : toProvider(written))

/** The same; when nobody writes one, by the model's routing prefix or family. '' when that does not tell either. */
export function priceProviderOf(model: string, written?: string): string {
  if (written !== undefined) return toPriceProvider(written)
  const { model: name, prefix } = toModelName(model)
  return prefix || providerOfModel(name)
}

/** @throws Error naming every problem. */
export function validPriceVersion(input: unknown): NewPriceVersion {
  const parsed = versionSchema.safeParse(input)
  if (!parsed.success) throw new Error(`not a price: ${problemsOf(parsed.error)}`)
  const { validFrom = null, provider, ...rest } = parsed.data
  return { source: 'override', provider: toPriceProvider(provider), validFrom, ...rest }
}

/**
 * A JSON array of versions.
 * @param fromMs when those begin that do not say it themselves; `"validFrom": null` says "always".
 * @throws Error naming the file, the entry and the field.
 */
export function parsePriceFile(text: string, file: string, fromMs: number): NewPriceVersion[] {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error })
  }
  const parsed = z.array(versionSchema).safeParse(json)
  if (!parsed.success) throw new Error(`${file}: ${problemsOf(parsed.error)}`)
  const from = Number.isFinite(fromMs) ? new Date(fromMs) : null
  return parsed.data.map(({ validFrom = from, provider, ...version }, index) => {
    if (validFrom && version.validTo && validFrom >= version.validTo)
      throw new Error(
        `${file}: entry ${index} (${version.modelPattern}) would end before it begins: give its validFrom`,
      )
    return { source: 'override', provider: toPriceProvider(provider), validFrom, ...version }
  })
}

/** Every problem on one line, each with its place. */
const problemsOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; ')

function isPattern(pattern: string): boolean {
  try {
    parseModelPattern(pattern)
    return true
  } catch {
    return false
  }
}
