// The real collector with the project's own configuration and its queue on disk, to be killed. In: where the ledger is
// and the token it takes. Out: start, kill, and whether its queue is empty. Nobody listens where Prometheus and Tempo
// would be: those two branches are down all the time.
import { createTestCollector, INGEST_TOKEN } from '../support/collector.ts'
import { pollUntil } from '../support/poll.ts'
import type { RunningProgram } from '../support/third-party.ts'

export interface CollectorProcess {
  port: number
  token: string
  start: () => Promise<void>
  /** SIGKILL. False when there was no process to kill. */
  kill: () => Promise<boolean>
  /** Waits until nothing is left in the queue to the ledger. */
  drained: () => Promise<void>
  /** Where the next start has its queue; undefined: where it was at first. */
  setQueueDirectory: (directory?: string) => void
  remove: () => Promise<void>
}

/** What the collector has delivered to the ledger, or failed to. */
const SENT = /^otelcol_exporter_(?:sent|send_failed)_\w+\{[^}]*"otlp_http\/ledger"[^}]*\} \S+$/gm
/**
 * Its figure of the queue stays above 0 after a write has failed (742 bytes, with every record delivered): a queue out
 * of which nothing has gone for so long, twice its longest pause between attempts, has nothing in it. What it should
 * have had is found missing afterwards.
 */
const STILL_MS = 20_000
const NOBODY = '127.0.0.1:9'

export async function createCollectorProcess(ledgerUrl: string, ledgerToken: string): Promise<CollectorProcess> {
  const collector = await createTestCollector({
    ledger: ledgerUrl,
    prometheus: `http://${NOBODY}`,
    tempo: NOBODY,
    env: { LEDGER_TOKEN: ledgerToken, COLLECTOR_LOG_LEVEL: 'error' },
  })
  const queueDirectory = collector.env.COLLECTOR_QUEUE_DIR as string
  let running: RunningProgram | undefined

  const kill = async (): Promise<boolean> => {
    const killed = running
    running = undefined
    await killed?.stop('SIGKILL')
    return killed !== undefined
  }
  return {
    port: Number(new URL(collector.otlpUrl).port),
    token: INGEST_TOKEN,
    kill,
    async start() {
      if (!running) running = await collector.start()
    },
    async drained() {
      let last = ''
      let sinceMs = 0
      await pollUntil(
        'the queue to the ledger to be empty',
        async () => {
          const metrics = await (await fetch(collector.metricsUrl)).text()
          const sizes = [...metrics.matchAll(/^otelcol_exporter_queue_size\{[^}]*"otlp_http\/ledger"[^}]*\} (\S+)$/gm)]
          if (sizes.length === 0) throw new Error('no queue size in the metrics')
          const left = sizes.filter(([, size]) => Number(size) !== 0).map(([line]) => line)
          if (left.length === 0) return
          const figures = [...left, ...(metrics.match(SENT) ?? [])].join('\n')
          if (figures !== last) [last, sinceMs] = [figures, Date.now()]
          if (Date.now() - sinceMs < STILL_MS) throw new Error(figures)
        },
        { timeoutMs: 90_000 },
      )
    },
    setQueueDirectory: (directory = queueDirectory) => {
      collector.env.COLLECTOR_QUEUE_DIR = directory
    },
    async remove() {
      await kill()
      collector.removeFiles()
    },
  }
}
