// Tempo's configuration: its form, its variables, and, where a Tempo is installed, its own verification.
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { temporaryFolder } from '../support/prometheus.ts'
import { run } from '../support/third-party.ts'

const DIR = resolve(import.meta.dirname, '../../tempo')
const text = readFileSync(join(DIR, 'tempo.yaml'), 'utf8')
const folder = temporaryFolder('tempo')
afterAll(folder.remove)

const isProgram = (path: string) => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
const tempo =
  process.env.TEMPO_BIN ??
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((dir) => join(dir, 'tempo'))
    .find(isProgram)

/** As Tempo's -config.expand-env does. */
const expand = (values: Record<string, string>) =>
  text.replaceAll(
    /\$\{([A-Z_]+)(?::-([^}]*))?\}/g,
    (_, name: string, fallback?: string) => values[name] ?? fallback ?? '',
  )

describe('tempo.yaml', () => {
  const config = parse(expand({ TEMPO_DATA_DIR: '/data' })) as Record<string, never>

  it('takes OTLP from the collector and answers on loopback, at the ports of the contract', () => {
    expect(config).toMatchObject({
      server: { http_listen_address: '127.0.0.1', http_listen_port: 3200 },
      distributor: { receivers: { otlp: { protocols: { grpc: { endpoint: '127.0.0.1:4417' } } } } },
      memberlist: { bind_addr: ['127.0.0.1'] },
      usage_report: { reporting_enabled: false },
    })
  })

  it('listens inside a container when told to', () => {
    expect(expand({ TEMPO_HOST: '0.0.0.0' })).toContain('endpoint: "0.0.0.0:4417"')
  })

  it('keeps everything below its data folder', () => {
    const paths = [...expand({ TEMPO_DATA_DIR: '/data' }).matchAll(/(?:path|shutdown_marker_dir): "?([^",}\n]+)/g)]
    expect(paths.length).toBe(6)
    for (const [, path] of paths) expect(path).toMatch(/^\/data\//)
  })

  it('has every variable in the README, and no other', () => {
    const used = new Set([...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name))
    const readme = readFileSync(join(DIR, 'README.md'), 'utf8')
    const documented = [...readme.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name)
    expect(documented.sort()).toEqual([...used].sort())
  })

  it.skipIf(!tempo)('passes Tempo’s own verification (needs TEMPO_BIN or tempo on PATH)', async () => {
    mkdirSync(folder.path, { recursive: true })
    const args = ['-config.verify', '-config.expand-env=true', `-config.file=${join(DIR, 'tempo.yaml')}`]
    expect(await run(tempo ?? '', args, { TEMPO_DATA_DIR: folder.path })).toMatchObject({ code: 0 })
  })
})
