// Queries of the Postgres data source. In: SQL with macros. Out: frames in Grafana's `table` or `time_series` form.
// Each runs in a read-only transaction of its own with a time limit, as the login that the data source names.
import pg from 'pg'
import type { FieldType, Frame, FrameField, Query, TimeRange } from './frames.ts'
import type { DataSource } from './provisioning.ts'
import { expandMacros } from './sql-macros.ts'

const STATEMENT_TIMEOUT_MS = 30_000
const NUMBER_TYPES = new Set([20, 21, 23, 26, 700, 701, 790, 1700])
const TIME_TYPES = new Set([1082, 1114, 1184])
const BOOLEAN_TYPE = 16

export interface Postgres {
  query(query: Query, range: TimeRange): Promise<Frame[]>
  close(): Promise<void>
}

export function createPostgres(source: DataSource): Postgres {
  const [host = '127.0.0.1', port = '5432'] = source.url.split(':')
  const pool = new pg.Pool({
    host,
    port: Number(port),
    user: source.user,
    database: String(source.jsonData.database ?? ''),
    password: source.secureJsonData.password,
    max: 5,
    application_name: 'viewer',
    statement_timeout: STATEMENT_TIMEOUT_MS,
    options: '-c default_transaction_read_only=on',
    // Grafana shows timestamps without a zone as UTC; drawing takes doubles, so numeric is parsed to a number here.
    types: { getTypeParser: (oid) => PARSERS[oid] ?? ((text: string) => text) } as pg.CustomTypesConfig,
  })
  pool.on('error', () => {})
  return {
    async query(query, range) {
      const sql = expandMacros(String(query.rawSql ?? ''), range, query.intervalMs)
      const result = await queryReadOnly(pool, sql)
      const rows = result.rows as unknown[][]
      const fields = result.fields.map((field) => ({ name: field.name, type: typeOf(field.dataTypeID) }))
      const meta = { executedQueryString: sql }
      if (query.format === 'time_series') return [{ ...toSeries(query.refId, fields, rows, meta) }]
      return [
        {
          schema: { refId: query.refId, fields, meta },
          data: { values: fields.map((_, index) => rows.map((row) => row[index])) },
        },
      ]
    },
    close: () => pool.end(),
  }
}

/**
 * One statement, in a transaction that cannot write and is always rolled back: whatever the statement sets ends with it.
 * The extended protocol refuses a second statement in the same text.
 */
async function queryReadOnly(pool: pg.Pool, text: string): Promise<pg.QueryArrayResult> {
  const client = await pool.connect()
  try {
    await client.query('begin transaction read only')
    return await client.query({ text, rowMode: 'array', queryMode: 'extended' } as pg.QueryArrayConfig)
  } finally {
    await client.query('rollback').then(
      () => client.release(),
      (error: Error) => client.release(error),
    )
  }
}

const toEpochMs = (text: string) => Date.parse(/(Z|[+-]\d\d(:?\d\d)?)$/.test(text) ? toIso(text) : `${toIso(text)}Z`)
const toIso = (text: string) =>
  text.length === 10 ? `${text}T00:00:00` : text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')

const PARSERS: Record<number, (text: string) => unknown> = {
  [BOOLEAN_TYPE]: (text) => text === 't',
  ...Object.fromEntries([...NUMBER_TYPES].map((oid) => [oid, Number])),
  ...Object.fromEntries([...TIME_TYPES].map((oid) => [oid, toEpochMs])),
}

const typeOf = (oid: number): FieldType =>
  NUMBER_TYPES.has(oid) ? 'number' : TIME_TYPES.has(oid) ? 'time' : oid === BOOLEAN_TYPE ? 'boolean' : 'string'

/** Long rows (time, text columns, numbers) to one wide frame: a number field per combination of texts. */
function toSeries(refId: string, fields: { name: string; type: FieldType }[], rows: unknown[][], meta: object): Frame {
  const timeIndex = fields.findIndex((field) => field.type === 'time')
  if (timeIndex < 0) throw new RangeError('a time series query needs a time column named "time"')
  const textIndexes = fields.flatMap((field, index) => (field.type === 'string' ? [index] : []))
  const numberIndexes = fields.flatMap((field, index) => (field.type === 'number' ? [index] : []))
  const times = [...new Set(rows.map((row) => row[timeIndex] as number))].sort((a, b) => a - b)
  const position = new Map(times.map((time, index) => [time, index]))
  const series = new Map<string, { field: FrameField; values: (number | null)[] }>()
  for (const row of rows) {
    for (const index of numberIndexes) {
      const texts = textIndexes.map((textIndex) => String(row[textIndex] ?? ''))
      const key = JSON.stringify([index, ...texts])
      let entry = series.get(key)
      if (!entry) {
        entry = {
          field: seriesField(fields, textIndexes, texts, index, numberIndexes.length),
          values: times.map(() => null),
        }
        series.set(key, entry)
      }
      entry.values[position.get(row[timeIndex] as number) as number] = row[index] as number | null
    }
  }
  const wide = [...series.values()]
  return {
    schema: {
      refId,
      fields: [{ name: 'time', type: 'time' }, ...wide.map((entry) => entry.field)],
      meta: { ...meta, type: 'timeseries-wide' },
    },
    data: { values: [times, ...wide.map((entry) => entry.values)] },
  }
}

/** A column named `metric` names the series, as in Grafana; other text columns become labels. */
function seriesField(
  fields: { name: string }[],
  textIndexes: number[],
  texts: string[],
  valueIndex: number,
  valueColumns: number,
): FrameField {
  const valueName = fields[valueIndex]?.name ?? 'value'
  const labels = Object.fromEntries(textIndexes.map((index, i) => [fields[index]?.name ?? '', texts[i] ?? '']))
  const { metric, ...rest } = labels
  if (metric === undefined) return { name: valueName, type: 'number', labels }
  const name = valueColumns > 1 ? `${metric} ${valueName}` : metric
  return { name, type: 'number', labels: rest, config: { displayNameFromDS: name } }
}
