// The peers as their documentation runs them, on the same Postgres server. In: a database. Out: where to send OTLP, and
// the query that counts durable spans in their own tables.
import { join } from 'node:path'
import { pollUntil } from '../../test/support/poll.ts'
import { freePorts, type RunningProgram, startProgram } from '../../test/support/third-party.ts'
import type { Endpoint } from '../sender.ts'

interface Place {
  bin: string
  databaseUrl: string
  folder: string
}

export interface Peer {
  title: string
  /** Of the package, as pip names it. */
  package: string
  /** Counts the spans that are durable. */
  countSql: string
  /** How many times the peer's rate ours has to be. */
  target: number
  start: (place: Place) => Promise<{ endpoint: Endpoint; program: RunningProgram }>
}

/** The first start makes the tables. */
const START_TIMEOUT_MS = 180_000

export const PEERS: Record<string, Peer> = {
  phoenix: {
    title: 'Phoenix',
    package: 'arize-phoenix',
    countSql: 'select count(*)::int as n from spans',
    target: 200,
    async start({ bin, databaseUrl, folder }) {
      const [port, grpcPort] = (await freePorts(2)) as [number, number]
      const program = startProgram(join(bin, 'phoenix'), ['serve'], {
        PHOENIX_HOST: '127.0.0.1',
        PHOENIX_PORT: String(port),
        PHOENIX_GRPC_PORT: String(grpcPort),
        PHOENIX_WORKING_DIR: folder,
        PHOENIX_SQL_DATABASE_URL: databaseUrl.replace('postgres://', 'postgresql://'),
        PHOENIX_TELEMETRY_ENABLED: 'false',
      })
      await answers(program, `http://127.0.0.1:${port}/healthz`)
      return { endpoint: { port, headers: {} }, program }
    },
  },
  mlflow: {
    title: 'MLflow',
    package: 'mlflow',
    countSql: 'select count(*)::int as n from spans',
    target: 100,
    async start({ bin, databaseUrl, folder }) {
      const [port] = (await freePorts(1)) as [number]
      const program = startProgram(
        join(bin, 'mlflow'),
        [
          'server',
          ...['--host', '127.0.0.1', '--port', String(port)],
          ...['--backend-store-uri', databaseUrl.replace('postgres://', 'postgresql+psycopg://')],
          ...['--artifacts-destination', join(folder, 'artifacts')],
          // A worker busy with one request for more than 5 s would be killed.
          ...['--uvicorn-opts', '--timeout-worker-healthcheck 300'],
        ],
        // Its job runners take no part in ingest; idle, they poll.
        {
          MLFLOW_DISABLE_TELEMETRY: 'true',
          MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
          PATH: `${bin}:${process.env.PATH}`,
        },
      )
      await answers(program, `http://127.0.0.1:${port}/health`)
      // Spans belong to an experiment; 0 is the one every server has.
      return { endpoint: { port, headers: { 'x-mlflow-experiment-id': '0' } }, program }
    },
  },
}

/** A process that has ended and was waited for takes no signal. */
function hasEnded({ pid }: RunningProgram): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

async function answers(program: RunningProgram, url: string): Promise<void> {
  await pollUntil(
    `${url} answers`,
    async () => {
      if (hasEnded(program)) return
      const response = await fetch(url).catch((cause: unknown) => {
        throw new Error(program.output().slice(-2000), { cause })
      })
      if (!response.ok) throw new Error(`answered ${response.status}`)
    },
    { timeoutMs: START_TIMEOUT_MS },
  )
  if (hasEnded(program)) throw new Error(`ended instead of answering at ${url}:\n${program.output().slice(-2000)}`)
}
