// What stands between a sender and the ledger in production: the real collector with the shipped configuration and its
// queue on disk, Prometheus, and the stand-in for Tempo. In: where the ledger listens. Out: where to send, and the
// processes to count.
import { join, resolve } from 'node:path'
import { componentPath } from '../stack/components.ts'
import { createTestCollector, INGEST_TOKEN } from '../test/support/collector.ts'
import { pollUntil } from '../test/support/poll.ts'
import { startPrometheus, temporaryFolder } from '../test/support/prometheus.ts'
import { freePorts, startProgram } from '../test/support/third-party.ts'
import { cpuMicros } from './cpu.ts'
import type { Endpoint } from './sender.ts'

const TEMPO_STAND_IN = resolve(import.meta.dirname, '../collector/tempo-stand-in.yaml')
/** The defaults of collector.yaml, which tests shorten. */
const AS_SHIPPED = {
  TAIL_SAMPLING_DECISION_WAIT: '10s',
  TAIL_SAMPLING_REST_PERCENT: '20',
  SPAN_METRICS_FLUSH_INTERVAL: '15s',
}

export interface Pipeline {
  endpoint: Endpoint
  collectorMicros: () => number
  /** Prometheus and the stand-in for Tempo. */
  backendMicros: () => number
  stop: () => Promise<void>
}

/** @throws ComponentMissingError when the collector or Prometheus is not built. */
export async function startPipeline(ledgerPort: number, ledgerToken: string): Promise<Pipeline> {
  const folder = temporaryFolder('bench-pipeline')
  const [tempoOtlp, tempoHttp] = (await freePorts(2)) as [number, number]
  const prometheus = await startPrometheus(folder.path, {})
  const tempo = startProgram(componentPath('otelcol'), ['--config', TEMPO_STAND_IN], {
    TEMPO_OTLP_PORT: String(tempoOtlp),
    TEMPO_HTTP_PORT: String(tempoHttp),
    TEMPO_FILES_DIR: join(folder.path, 'tempo'),
  })
  await pollUntil('the stand-in for Tempo', async () => {
    const response = await fetch(`http://127.0.0.1:${tempoHttp}/`)
    if (!response.ok) throw new Error(`answered ${response.status}`)
  })
  const collector = await createTestCollector({
    ledger: `http://127.0.0.1:${ledgerPort}`,
    prometheus: `${prometheus.url}/api/v1/otlp`,
    tempo: `127.0.0.1:${tempoOtlp}`,
    env: { ...AS_SHIPPED, LEDGER_TOKEN: ledgerToken },
  })
  const program = await collector.start()
  return {
    endpoint: { port: Number(new URL(collector.otlpUrl).port), headers: { authorization: `Bearer ${INGEST_TOKEN}` } },
    collectorMicros: () => cpuMicros(program.pid),
    backendMicros: () => cpuMicros(prometheus.program.pid) + cpuMicros(tempo.pid),
    async stop() {
      await program.stop()
      await Promise.all([prometheus.program.stop(), tempo.stop()])
      collector.removeFiles()
      folder.remove()
    },
  }
}
