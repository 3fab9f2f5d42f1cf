// TELEMETRY.md, semconv.ts and what the code emits are one contract.
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ATTR, METRIC } from '../../instrumentation/semconv.ts'
import { prometheusName, telemetryMarkdown } from '../../instrumentation/telemetry-md.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

describe('TELEMETRY.md', () => {
  it('is current (node instrumentation/telemetry-md.ts > TELEMETRY.md)', () => {
    expect(read('TELEMETRY.md')).toBe(telemetryMarkdown())
  })

  it('names every attribute and metric', () => {
    const text = read('TELEMETRY.md')
    for (const name of [...Object.values(ATTR), ...Object.values(METRIC).map((metric) => metric.name)]) {
      expect(text).toContain(`\`${name}\``)
    }
  })
})

describe('Prometheus names', () => {
  it.each([
    [METRIC.operationDuration, 'gen_ai_client_operation_duration_seconds'],
    [METRIC.tokenUsage, 'gen_ai_client_token_usage'],
    [METRIC.timeToFirstChunk, 'gen_ai_client_operation_time_to_first_chunk_seconds'],
    [METRIC.featureDuration, 'spanledger_feature_duration_seconds'],
    [METRIC.telemetryDropped, 'spanledger_telemetry_dropped_total'],
    [METRIC.foldedDeals, 'spanledger_metrics_deals_folded'],
  ])('follow from name, unit and type', (metric, name) => expect(prometheusName(metric)).toBe(name))
})

describe('telemetry names', () => {
  // content/keys.ts lists the content keys of other dialects, which are not ours to emit.
  const files = globSync('instrumentation/**/*.ts', { cwd: root }).filter(
    (path) => !path.endsWith('semconv.ts') && !path.endsWith('content/keys.ts'),
  )

  it('are spelled in semconv.ts only', () => {
    expect(files.length).toBeGreaterThan(40)
    const names = new Set<string>(Object.values(ATTR).filter((name) => /[._]/.test(name)))
    const spelled = files.flatMap((path) =>
      [...read(path).matchAll(/'([^'\n]+)'/g)].flatMap(([, text]) =>
        text && names.has(text) ? [`${path}: ${text}`] : [],
      ),
    )
    expect(spelled).toEqual([])
  })

  it('are unique', () => {
    const names = Object.values(ATTR)
    expect(names.length).toBe(new Set(names).size)
  })
})

describe('settings', () => {
  const readme = read('instrumentation/README.md')
  const code = globSync('instrumentation/**/*.ts', { cwd: root }).map(read).join('\n')

  it('of the library are the ones its README lists', () => {
    const used = new Set(code.match(/SPANLEDGER_[A-Z_]*[A-Z]/g))
    const listed = new Set(readme.match(/SPANLEDGER_[A-Z_]*[A-Z]/g))
    expect([...used].sort()).toEqual([...listed].sort())
    expect(used.size).toBeGreaterThan(5)
  })

  it('name every instrumentation that can be switched', () => {
    const source = read('instrumentation/start/instrumentations.ts')
    const names = [...source.matchAll(/^ {2}'?([a-z0-9-]+)'?: \(\) =>/gm)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(6)
    for (const name of names) expect(readme).toContain(`\`${name}\``)
  })
})
