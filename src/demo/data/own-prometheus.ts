// A Prometheus of the run's own, on a free port and an empty folder: native histograms get into blocks only through a
// running one (promtool reads text, which has none), and a live one refuses what is older than its head. In: the program,
// a folder. Out: its OTLP door, and its data as finished blocks.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'

export interface OwnPrometheus {
  /** Takes an OTLP request. @throws Error with Prometheus' words when it refuses a part of it. */
  send(request: Buffer): Promise<void>
  /** Folders of blocks that hold all that was sent. */
  snapshot(): Promise<string[]>
  close(): Promise<void>
}

const READY_TIMEOUT_MS = 30_000
/** Prometheus' block ranges are 2 h × 3ⁿ. Long ones are few, short ones are dropped in time by a retention. */
const BLOCK = '162h'
/** As prometheus/prometheus.yml has it. */
const CONFIG = 'otlp: { convert_histograms_to_nhcb: true, translation_strategy: UnderscoreEscapingWithSuffixes }\n'

/** @throws Error with the program's own words when it does not start. */
export async function startOwnPrometheus(program: string, folder: string): Promise<OwnPrometheus> {
  const port = await freePort()
  const config = join(folder, 'prometheus.yml')
  const data = join(folder, 'tsdb')
  await writeFile(config, CONFIG)
  const child = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=20y',
      `--storage.tsdb.min-block-duration=${BLOCK}`,
      `--storage.tsdb.max-block-duration=${BLOCK}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-otlp-receiver',
      '--web.enable-admin-api',
      '--log.level=warn',
    ],
    { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  let failure: Error | undefined
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', (error) => {
    failure = error
  })
  const ended = () => failure !== undefined || child.exitCode !== null || child.signalCode !== null
  const url = `http://127.0.0.1:${port}`

  async function close(): Promise<void> {
    if (ended()) return
    // Its data is copied or given up: nothing needs a tidy end.
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  async function post(path: string, body?: Buffer): Promise<Response> {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      ...(body && { body: new Uint8Array(body) }),
    })
    if (!response.ok) throw new Error(`Prometheus answered ${response.status} to ${path}: ${await response.text()}`)
    return response
  }

  const deadline = Date.now() + READY_TIMEOUT_MS
  for (;;) {
    if (ended()) throw new Error(`${program} did not start: ${failure?.message ?? output}`)
    const ready = await fetch(`${url}/-/ready`).catch(() => undefined)
    if (ready?.ok) break
    if (Date.now() > deadline) {
      await close()
      throw new Error(`${program} was not ready within ${READY_TIMEOUT_MS / 1000} s:\n${output}`)
    }
    await delay(100)
  }
  return {
    async send(request) {
      await post('/api/v1/otlp/v1/metrics', request)
    },
    async snapshot() {
      const response = await post('/api/v1/admin/tsdb/snapshot')
      const { data: taken } = (await response.json()) as { data: { name: string } }
      const snapshot = join(data, 'snapshots', taken.name)
      return (await readdir(snapshot)).map((block) => join(snapshot, block))
    },
    close,
  }
}
