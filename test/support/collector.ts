// The real collector with the project's own configuration, on free ports, for tests.
// In: where its three backends are. Out: addresses, credentials, start/kill.

import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { collectorConfigs } from '../../stack/collector-configs.ts'
import { componentPath } from '../../stack/components.ts'
import { pollUntil } from './poll.ts'
import { freePorts, type RunningProgram, startProgram } from './third-party.ts'

const CONFIGS = collectorConfigs(resolve(import.meta.dirname, '../..'))

export const INGEST_TOKEN = 'test-ingest-token'
export const LEDGER_TOKEN = 'test-ledger-token'

export interface TestCollector {
  env: Record<string, string>
  otlpUrl: string
  boundUrl: string
  metricsUrl: string
  start: () => Promise<RunningProgram>
  /** Sends OTLP/JSON; returns the HTTP status. */
  send: (path: string, body: object, to?: { url: string; authorization: string }) => Promise<number>
  asBound: (organisation: string) => { url: string; authorization: string }
  removeFiles: () => void
}

export async function createTestCollector(backends: {
  ledger: string
  prometheus: string
  tempo: string
  env?: Record<string, string>
}): Promise<TestCollector> {
  const [grpc, http, bound, health, metrics] = (await freePorts(5)).map(String) as [
    string,
    string,
    string,
    string,
    string,
  ]
  const directory = mkdtempSync(join(tmpdir(), 'spanledger-collector-'))
  const senders = join(directory, 'senders')
  const digest = (text: string, salt: Buffer) => createHash('sha1').update(text).update(salt).digest()
  const salt = randomBytes(8)
  // One line of each kind that is written for real: plain and salted.
  writeFileSync(
    senders,
    `acme:{SHA}${digest('acme-password', Buffer.alloc(0)).toString('base64')}\n` +
      `globex:{SSHA}${Buffer.concat([digest('globex-password', salt), salt]).toString('base64')}\n`,
  )
  const env = {
    COLLECTOR_OTLP_GRPC_PORT: grpc,
    COLLECTOR_OTLP_HTTP_PORT: http,
    COLLECTOR_BOUND_HTTP_PORT: bound,
    COLLECTOR_HEALTH_PORT: health,
    COLLECTOR_METRICS_PORT: metrics,
    COLLECTOR_QUEUE_DIR: join(directory, 'queue'),
    COLLECTOR_SENDERS_FILE: senders,
    OTLP_INGEST_TOKEN: INGEST_TOKEN,
    LEDGER_TOKEN,
    LEDGER_ENDPOINT: backends.ledger,
    PROMETHEUS_OTLP_ENDPOINT: backends.prometheus,
    TEMPO_OTLP_ENDPOINT: backends.tempo,
    TAIL_SAMPLING_DECISION_WAIT: '1s',
    TAIL_SAMPLING_REST_PERCENT: '0',
    SPAN_METRICS_FLUSH_INTERVAL: '1s',
    ...backends.env,
  }
  const otlpUrl = `http://127.0.0.1:${http}`
  const boundUrl = `http://127.0.0.1:${bound}`
  return {
    env,
    otlpUrl,
    boundUrl,
    metricsUrl: `http://127.0.0.1:${metrics}/metrics`,
    start: async () => {
      const program = startProgram(componentPath('otelcol'), CONFIGS, env)
      await pollUntil('the collector to be healthy', async () => {
        const response = await fetch(`http://127.0.0.1:${health}/`).catch((cause: unknown) => {
          throw new Error(program.output().slice(-2000), { cause })
        })
        if (!response.ok) throw new Error(`health answered ${response.status}`)
      })
      return program
    },
    send: async (path, body, to = { url: otlpUrl, authorization: `Bearer ${INGEST_TOKEN}` }) => {
      const response = await fetch(`${to.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: to.authorization },
        body: JSON.stringify(body),
      })
      await response.arrayBuffer()
      return response.status
    },
    asBound: (organisation) => ({
      url: boundUrl,
      authorization: `Basic ${Buffer.from(`${organisation}:${organisation}-password`).toString('base64')}`,
    }),
    removeFiles: () => rmSync(directory, { recursive: true, force: true }),
  }
}
