// From raw captures to fixtures. In: the directory the capture programs wrote to. Out: test/fixtures/captures/ without
// machine names, paths, stack traces and process facts; one span a line.
// Run: node test/captures/sanitise.ts RAW_DIRECTORY
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const KEPT_RESOURCE = new Set(['service.name', 'telemetry.sdk.language'])
const DROPPED =
  /stacktrace|^code\.|^thread\.|^process\.|^host\.|^net\.|^server\.(?:address|port)$|^url\.|user_agent|^logfire\.(?:json_schema|msg_template)$|^http\.(?!response)/
const LONGEST = 6000

interface RawSpan {
  attributes: Record<string, unknown>
  resource: Record<string, unknown>
  events: { name: string; attributes: Record<string, unknown> }[]
  statusMessage: string
  [key: string]: unknown
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') {
    return value
      .replace(/127\.0\.0\.1:\d+/g, 'provider.test')
      .replace(/\/(?:tmp|root|home|work)\/[^\s"',)]*/g, '/path')
      .replace(/0x[0-9a-f]{8,}/g, '0x0')
      .slice(0, LONGEST)
  }
  return Array.isArray(value) ? value.map(clean) : value
}

function cleanAttributes(attributes: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(attributes).filter(([key, value]) => !DROPPED.test(key) && value !== null)
  return Object.fromEntries(kept.map(([key, value]) => [key, clean(value)]))
}

function cleanSpan(span: RawSpan): RawSpan {
  return {
    ...span,
    statusMessage: clean(span.statusMessage.slice(0, 300)) as string,
    attributes: cleanAttributes(span.attributes),
    resource: Object.fromEntries(Object.entries(span.resource).filter(([key]) => KEPT_RESOURCE.has(key))),
    events: span.events.map((event) => ({ ...event, attributes: cleanAttributes(event.attributes) })),
  }
}

const [raw] = process.argv.slice(2)
if (raw === undefined) throw new Error('usage: sanitise.ts RAW_DIRECTORY')
const target = join(import.meta.dirname, '../fixtures/captures')
for (const library of readdirSync(raw)) {
  mkdirSync(join(target, library), { recursive: true })
  for (const file of readdirSync(join(raw, library))) {
    const { spans, truth } = JSON.parse(readFileSync(join(raw, library, file), 'utf8'))
    const lines = spans.map((span: RawSpan) => JSON.stringify(cleanSpan(span)))
    const truths = truth.map((entry: unknown) => JSON.stringify(entry))
    const text = `{"spans":[\n${lines.join(',\n')}\n],"truth":[\n${truths.join(',\n')}\n]}\n`
    writeFileSync(join(target, library, file), text)
  }
}
