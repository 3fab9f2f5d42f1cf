// The ledger's environment variables. In: the process environment. Out: a frozen configuration, or one error that
// names every problem.
import { z } from 'zod'
import { loadConfig, logLevel, port, positive, postgresUrl } from '../shared/config.ts'

export const ledgerShape = {
  LEDGER_HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on'),
  LEDGER_PORT: port(4400).describe('Port of OTLP/HTTP, health and metrics; 0 lets the system choose'),
  LEDGER_DATABASE_URL: postgresUrl().meta({ secret: true, description: 'Postgres, as the role spanledger_writer' }),
  LEDGER_LOG_LEVEL: logLevel.describe('Least severe log line written'),
  LEDGER_MAX_BODY_BYTES: positive(20 * 1024 * 1024).describe('Largest request body, before and after decompression'),
  LEDGER_MAX_IN_FLIGHT_BYTES: positive(64 * 1024 * 1024).describe(
    'Request bodies, and what they are decoded to, held at once; beyond it 503',
  ),
  LEDGER_MAX_QUEUED_RECORDS: positive(24_000).describe('Records waiting for a transaction; beyond it 503'),
  LEDGER_GROUP_RECORDS: positive(1024).describe('Records after which a transaction takes no further request'),
  LEDGER_WRITER_CONNECTIONS: positive(3).describe('Transactions open at once'),
  LEDGER_MAX_PAST_DAYS: positive(400).describe('Records older than this are rejected'),
  LEDGER_MAX_FUTURE_HOURS: positive(24).describe('Records further ahead of the clock than this are rejected'),
  LEDGER_DRAIN_TIMEOUT_MS: positive(20_000).describe('Longest orderly stop after SIGTERM'),
}

export type LedgerConfig = Readonly<z.output<z.ZodObject<typeof ledgerShape>>>

/** Variables of the collector that sit in the same `.env`: what it sends to, and the token it sends. */
const COLLECTOR_VARIABLES = new Set(['LEDGER_ENDPOINT', 'LEDGER_TOKEN'])

/** @throws ConfigError */
export function loadLedgerConfig(env: Record<string, string | undefined> = process.env): LedgerConfig {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !COLLECTOR_VARIABLES.has(name)))
  return loadConfig(ledgerShape, 'LEDGER_', own)
}
