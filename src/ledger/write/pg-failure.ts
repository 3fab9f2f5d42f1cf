// What a failed transaction means for its records. In: whatever was thrown. Out: one of four; decided by SQLSTATE
// (https://www.postgresql.org/docs/18/errcodes-appendix.html), never by message.

export type Failure =
  /** Another writer was there first or in the way: the same transaction may go through on the other road. */
  | { kind: 'contended'; code: string }
  /** A partition was dropped meanwhile. */
  | { kind: 'no_partition'; code: string }
  /** Some record of the chunk can never be stored. */
  | { kind: 'bad_record'; code: string }
  /** Trouble that can pass. */
  | { kind: 'transient'; code: string }

const CONTENDED = new Set(['23505', '40P01', '40001'])
const NO_PARTITION = '23514'
/** Classes: data exception, integrity constraint, program limit exceeded, untranslatable or too complex. */
const BAD_RECORD = /^(22|23|54)/

export function classify(error: unknown): Failure {
  const code = (error as { code?: unknown } | undefined)?.code
  if (typeof code !== 'string') return { kind: 'transient', code: 'unknown' }
  if (CONTENDED.has(code)) return { kind: 'contended', code }
  if (code === NO_PARTITION && (error as { constraint?: string }).constraint === undefined)
    return { kind: 'no_partition', code }
  if (BAD_RECORD.test(code)) return { kind: 'bad_record', code }
  return { kind: 'transient', code: /^[0-9A-Z]{5}$/.test(code) ? code : 'connection' }
}
