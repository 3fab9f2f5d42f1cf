// What usage can be filtered and grouped by. In: query parameters. Out: SQL conditions and columns; names come from this
// list only, values only as parameters.
import { z } from 'zod'
import type { Filters } from '../http/envelope.ts'

export const DIMENSIONS = [
  'deal_id',
  'feature',
  'provider',
  'model',
  'operation',
  'agent_id',
  'department',
  'environment',
  'version',
  'intent',
  'segment',
] as const
export type Dimension = (typeof DIMENSIONS)[number]

const VALUE = z.string().min(1).max(256)

/** One optional query parameter a dimension; several values are separated by commas. */
export const dimensionQuery = Object.fromEntries(
  DIMENSIONS.map((name) => [name, VALUE.optional().describe(`only this ${name}; several separated by commas`)]),
) as Record<Dimension, z.ZodOptional<z.ZodString>>

export const groupByQuery = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.enum(DIMENSIONS)).max(4))
  .describe(`split by up to four of: ${DIMENSIONS.join(', ')} (comma-separated)`)

/** Optional fields, one a dimension, of a row that was split by them. */
export const dimensionFields = Object.fromEntries(
  DIMENSIONS.map((name) => [name, z.string().nullable().optional()]),
) as Record<Dimension, z.ZodOptional<z.ZodNullable<z.ZodString>>>

type DimensionValues = Partial<Record<Dimension, string | undefined>>

/** Conditions over columns named as the dimensions; parameters are numbered from `firstParameter`. */
export function dimensionConditions(query: DimensionValues, firstParameter: number) {
  const used = DIMENSIONS.filter((name) => query[name] !== undefined)
  return {
    sql: used.map((name, index) => ` and ${name} = any($${firstParameter + index}::text[])`).join(''),
    values: used.map((name) => valuesOf(query[name])),
    filters: Object.fromEntries(used.map((name) => [name, valuesOf(query[name])])) as Filters,
  }
}

const valuesOf = (text = '') => text.split(',').map((part) => part.trim())
