// The collector's files against their own tool, the manifest, the contract and the README.
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { collectorConfigs } from '../../stack/collector-configs.ts'
import { componentPath } from '../../stack/components.ts'
import { run } from '../support/third-party.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const CONFIGS = ['collector/collector.yaml', 'collector/redaction.yaml', 'collector/tempo-stand-in.yaml']
const PROGRAMS = {
  'the collector': collectorConfigs(ROOT),
  'the stand-in for Tempo': ['--config', join(ROOT, 'collector/tempo-stand-in.yaml')],
}
const ENV = {
  COLLECTOR_QUEUE_DIR: join(tmpdir(), 'queue'),
  COLLECTOR_SENDERS_FILE: '/dev/null',
  OTLP_INGEST_TOKEN: 'a',
  LEDGER_TOKEN: 'b',
  TEMPO_FILES_DIR: tmpdir(),
}

interface Pipeline {
  receivers: string[]
  processors?: string[]
  exporters: string[]
}
// ${env:…} does not parse inside flow collections: plain text is put in its place.
const config = parse(read('collector/collector.yaml').replaceAll(/\$\{env:[^}]*\}/g, 'env'), { merge: true }) as {
  exporters: Record<string, { sending_queue: Record<string, unknown>; retry_on_failure: Record<string, unknown> }>
  connectors: { 'span_metrics/trusted': { dimensions: { name: string }[] } }
  extensions: Record<string, unknown>
  service: { pipelines: Record<string, Pipeline> }
}
const pipelines = Object.entries(config.service.pipelines)

/** Every chain of processors between a receiver and an exporter, through the forward connectors. */
function processorsBefore(exporter: string): string[][] {
  return pipelines
    .filter(([, { exporters }]) => exporters.includes(exporter))
    .flatMap(([, { receivers, processors = [] }]) =>
      receivers.flatMap((receiver) =>
        receiver.startsWith('forward/')
          ? processorsBefore(receiver).map((chain) => [...chain, ...processors])
          : [processors],
      ),
    )
}

describe('collector configuration', () => {
  it.each(Object.entries(PROGRAMS))('of %s passes the collector’s own validation', async (_, configs) => {
    expect(await run(componentPath('otelcol'), ['validate', ...configs], ENV)).toEqual({
      code: 0,
      output: '',
    })
  })

  it('is refused by that validation when a pipeline names a missing exporter (control)', async () => {
    const override = 'yaml:service::pipelines::logs/trusted::exporters: [missing]'
    const args = ['validate', ...collectorConfigs(ROOT), '--config', override]
    const { code, output } = await run(componentPath('otelcol'), args, ENV)
    expect(code).toBe(1)
    expect(output).toContain('references exporter "missing" which is not configured')
  })

  it('uses only components that are in the manifest', () => {
    const manifest = Object.values(parse(read('collector/manifest.yaml')) as Record<string, { gomod: string }[]>)
      .flatMap((entries) => (Array.isArray(entries) ? entries.map(({ gomod }) => gomod.split(' ')[0] ?? '') : []))
      .map((module) => module.slice(module.lastIndexOf('/') + 1))
    const toModule: Record<string, string> = { otlp_http: 'otlphttp', otlp_grpc: 'otlp' }
    for (const path of CONFIGS) {
      const sections = parse(read(path).replaceAll(/\$\{env:[^}]*\}/g, 'env'), { merge: true })
      for (const kind of ['receivers', 'processors', 'connectors', 'exporters', 'extensions']) {
        for (const id of Object.keys(sections[kind] ?? {})) {
          const type = id.split('/')[0] ?? ''
          const name = (toModule[type] ?? type).replaceAll('_', '')
          expect(manifest, `${id} of ${path}`).toEqual(
            expect.arrayContaining([expect.stringMatching(new RegExp(`^${name}(${kind.slice(0, -1)})?$`))]),
          )
        }
      }
    }
  })

  it('is in step with the module the collector is built from', () => {
    const goMod = read('stack/modules/collector/go.mod')
    const components = read('stack/modules/collector/components.go')
    const modules = [...read('collector/manifest.yaml').matchAll(/gomod: (\S+) (\S+)/g)]
    expect(modules.length).toBeGreaterThan(20)
    for (const [, module, version] of modules) {
      expect(goMod).toContain(`${module} ${version}`)
      if (!module?.includes('/confmap/')) expect(components).toContain(`"${module}"`)
    }
  })

  it('samples nothing on the way to the ledger, and only on the way to Tempo', () => {
    const samplers = (exporter: string) =>
      processorsBefore(exporter).map((chain) => chain.filter((processor) => processor.includes('sampl')))
    expect(samplers('otlp_http/ledger')).toEqual([[], [], [], []]) // traces and logs, trusted and bound
    expect(samplers('otlp_http/prometheus').flat()).toEqual([])
    expect(samplers('otlp_grpc/tempo')).toEqual([['tail_sampling'], ['tail_sampling']])
  })

  it('limits memory first and redacts on every way to a backend', () => {
    for (const exporter of ['otlp_http/ledger', 'otlp_grpc/tempo']) {
      for (const chain of processorsBefore(exporter)) {
        expect(chain[0]).toBe('memory_limiter')
        expect(chain).toContain('redaction')
      }
    }
  })

  it('binds the organisation in every pipeline of the bound receiver, and never trusts it elsewhere', () => {
    const bound = pipelines.filter(([, { receivers }]) => receivers.includes('otlp/bound'))
    expect(bound.map(([name]) => name).sort()).toEqual(['logs/bound', 'metrics/bound', 'traces/bound'])
    for (const [, { receivers, processors }] of bound) {
      expect(receivers).toEqual(['otlp/bound'])
      expect(processors).toEqual(expect.arrayContaining(['resource/bind', 'attributes/bind']))
      expect(processors).not.toContain('transform/tenant')
    }
  })

  it('queues on disk and retries without end at every exporter; only Tempo may drop', () => {
    expect(Object.keys(config.exporters).sort()).toEqual([
      'otlp_grpc/tempo',
      'otlp_http/ledger',
      'otlp_http/prometheus',
    ])
    for (const [name, { sending_queue: queue, retry_on_failure: retry }] of Object.entries(config.exporters)) {
      expect(queue).toMatchObject({ enabled: true, storage: 'file_storage/queue', sizer: 'bytes' })
      expect(queue.block_on_overflow, name).toBe(name !== 'otlp_grpc/tempo')
      expect(queue.batch).toMatchObject({ sizer: 'bytes' })
      expect((queue.batch as { max_size: number }).max_size).toBeLessThan(20 * 1024 * 1024)
      expect(retry).toMatchObject({ enabled: true, max_elapsed_time: 0 })
    }
    expect(config.extensions['file_storage/queue']).toMatchObject({ fsync: true })
  })

  it('keeps unbounded attributes off the span metrics', () => {
    const { dimensions } = config.connectors['span_metrics/trusted']
    const names = dimensions.map(({ name }) => name)
    expect(names).toContain('org_id')
    expect(names).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/deal|user|session|trace|span_id|conversation|response\.id/)]),
    )
  })

  it('listens on loopback unless told otherwise', () => {
    for (const path of CONFIGS) {
      const endpoints = [...read(path).matchAll(/(?:endpoint|host): "?([^\s,}"]*\$\{env:[A-Z_]*HOST[^}]*\}|[^\s,}]+)/g)]
      const listening = endpoints.map(([, value]) => value ?? '').filter((value) => value.includes('HOST'))
      expect(listening.length > 1, path).toBe(path !== 'collector/redaction.yaml')
      for (const value of listening) expect(value).toMatch(/^\$\{env:COLLECTOR_HOST:-127\.0\.0\.1\}/)
      expect(read(path)).not.toContain('0.0.0.0')
    }
  })

  it('documents every variable in the README, and no other', () => {
    const used = CONFIGS.flatMap((path) => [...read(path).matchAll(/\$\{env:([A-Z_]+)/g)].map(([, name]) => name))
    const documented = [...read('collector/README.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name)
    expect([...new Set(documented)].sort()).toEqual([...new Set(used)].sort())
  })
})
