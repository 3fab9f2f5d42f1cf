// `spanledger demo-data`: fills the demo organisations with months of realistic history, through the ledger's own OTLP
// door. In: size, seed, SPANLEDGER_DATABASE_URL and WRITER_PASSWORD (or --ledger). Out: progress, then rows a second.
import { type Command, InvalidArgumentError } from 'commander'
import { backfillPrometheus } from '../../demo/data/backfill.ts'
import { HOUR_MS } from '../../demo/data/calendar.ts'
import type { DemoData } from '../../demo/data/generate.ts'
import type { Progress } from '../../demo/data/load.ts'
import { startOwnLedger } from '../../demo/data/own-ledger.ts'
import { DemoDataRefusedError, type RunResult, runDemoData } from '../../demo/data/run-demo-data.ts'
import { loadConfig, secret } from '../../shared/config.ts'
import { databaseUrl, withDatabase } from '../database.ts'
import { createProgressLine } from '../progress-line.ts'

interface DemoDataFlags {
  days: number
  seed: number
  traces: number
  until?: number
  once?: boolean
  ledger?: string
  prometheusData?: string
  prometheus: string
  inFlight: number
  spansPerRequest: number
}

const TABLES =
  'trace_spans, trace_parts, llm_usage, feature_usage, structured_logs, request_metrics, rag_metrics, cache_metrics, usage_daily, usage_hourly'

export async function demoData(flags: DemoDataFlags, url = databaseUrl()): Promise<void> {
  const stopping = new AbortController()
  process.once('SIGINT', () => stopping.abort())
  const own = flags.ledger
    ? undefined
    : await startOwnLedger({ databaseUrl: writerUrl(url), maxPastDays: flags.days + 30 })
  const line = createProgressLine('demo data')
  try {
    await withDatabase(async (client) => {
      const result = await runDemoData({
        client,
        ledgerUrl: flags.ledger ?? own?.url ?? '',
        asked: { days: flags.days, seed: flags.seed, traces: flags.traces, untilMs: flags.until },
        defaultUntilMs: Math.floor(Date.now() / HOUR_MS) * HOUR_MS,
        inFlight: flags.inFlight,
        spansPerRequest: flags.spansPerRequest,
        signal: stopping.signal,
        onProgress: (progress, data) => line.show(shareDone(progress, data), describe(progress, flags.traces)),
        onRows: async (loaded) => {
          line.end()
          await client.query(`analyze ${TABLES}`)
          // A run that only lacked its metric history has none.
          if (loaded.progress.spans > 0) report(loaded)
          if (flags.prometheusData) await backfill(loaded.data, flags.prometheusData, flags.prometheus, stopping.signal)
        },
      })
      line.end()
      const { progress, data } = result
      if (progress.hoursDone === data.hours.length && !stopping.signal.aborted) return
      console.log(
        `Stopped after ${progress.hoursDone} of ${data.hours.length} hours; the same command goes on from there.`,
      )
      process.exitCode = 130
    }, url)
  } catch (error) {
    if (!(flags.once && error instanceof DemoDataRefusedError && error.isLoaded)) throw error
    console.log('Demo data is loaded already: nothing to do.')
  } finally {
    await own?.close()
  }
}

function report({ progress, seconds, parameters }: RunResult): void {
  const rate = Math.round(progress.spans / seconds)
  console.log(
    `${number(progress.traces)} traces, ${number(progress.spans)} spans in ${seconds.toFixed(1)} s: ${number(rate)} spans/s. ` +
      `Data ends ${new Date(parameters.untilMs).toISOString()}; what is planted in it: docs/demo-data.md`,
  )
}

/** Stopped by Ctrl-C it leaves nothing, and the run counts as cut off. */
async function backfill(data: DemoData, dataFolder: string, prometheus: string, signal: AbortSignal): Promise<void> {
  const line = createProgressLine('metric history')
  const onProgress = (share: number) => line.show(share, '')
  const made = await backfillPrometheus(data, { prometheus, dataFolder, onProgress, signal }).catch((error) => {
    if (!signal.aborted) throw error
  })
  line.end()
  if (!made) return
  const { points, blocks, seconds } = made
  console.log(
    `Metric history: ${number(points)} points in ${seconds.toFixed(1)} s, ${blocks} ${blocks === 1 ? 'block' : 'blocks'} in ${dataFolder}`,
  )
}

const number = (value: number): string => value.toLocaleString('en')

const shareDone = (progress: Progress, data: DemoData): number => progress.hoursDone / data.hours.length

const describe = (progress: Progress, traces: number): string =>
  `${number(progress.traces)} of ${number(traces)} traces, ${number(progress.spans)} spans`

/** The same database as the ledger's own role. */
function writerUrl(ownerUrl: string): string {
  const { WRITER_PASSWORD } = loadConfig({ WRITER_PASSWORD: secret() }, 'WRITER_PASSWORD')
  const url = new URL(ownerUrl)
  url.username = 'spanledger_writer'
  url.password = encodeURIComponent(WRITER_PASSWORD)
  return url.href
}

const whole = (least: number, most: number) => (text: string) => {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`)
}

function wholeHour(text: string): number {
  const ms = Date.parse(text)
  if (Number.isFinite(ms) && ms % HOUR_MS === 0) return ms
  throw new InvalidArgumentError('Write a whole hour in UTC like 2026-03-31T18:00:00Z.')
}

export function addDemoData(program: Command): void {
  program
    .command('demo-data')
    .description('Fills the demo organisations with history: departments, agents, traces, planted incidents.')
    .option('--days <n>', 'days of history', whole(7, 365), 90)
    .option('--traces <n>', 'traces over all organisations', whole(100, 5_000_000), 500_000)
    .option('--seed <n>', 'same seed, same data', whole(0, 2 ** 31), 1)
    .option('--until <time>', 'end of the data, a whole hour; default: the current one', wholeHour)
    .option('--once', 'where demo data is loaded already, say so and end well')
    .option('--ledger <url>', 'send to this ledger instead of one of its own')
    .option('--prometheus-data <folder>', 'write the metric history as blocks into this Prometheus data folder')
    .option('--prometheus <path>', 'the Prometheus program to make blocks with', 'prometheus')
    .option('--in-flight <n>', 'requests under way at once', whole(1, 64), 6)
    .option('--spans-per-request <n>', 'spans in one request', whole(1, 5_000), 1_000)
    .action((flags: DemoDataFlags) => demoData(flags))
}
