// Writes `.env.example` from the schemas and collector.yaml: the stack's own settings and what each service lets be changed. In: nothing.
// Out: the file's text, every line commented out, so that a copied file changes nothing until a line is uncommented.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { shape as viewer } from '../grafana/viewer/server/config.ts'
import { TEMPLATE_VARIABLES } from '../prometheus/template-variables.ts'
import { shape as api } from '../src/api/config.ts'
import { shape as demo } from '../src/demo/config.ts'
import { shape as modelServer } from '../src/demo/model-server/config.ts'
import { shape as traffic } from '../src/demo/traffic/config.ts'
import { shape as inbox } from '../src/inbox/config.ts'
import { ledgerShape as ledger } from '../src/ledger/config.ts'
import { stackServices } from './services.ts'
import { CHOICES, PORTS, SECRETS, type Secrets } from './settings.ts'

const ROOT = resolve(import.meta.dirname, '..')
const SERVICE_SHAPES = { ledger, api, demo, 'model-server': modelServer, traffic, inbox, viewer }

const HEADER = `# Everything that can be set, with its default. Generated from the configuration schemas (\`node stack/main.ts env-example\`);
# do not edit. Copy the lines you want to change to .env, which the first \`make up\` creates with generated secrets.
`

export function envExample(): string {
  const sections = [
    section('Ports', Object.entries(PORTS).map(entry)),
    section(
      'Secrets: generated into .env by the first `make up`',
      Object.entries(SECRETS).map(([name, { schema }]) => entry([name, schema])),
    ),
    section('Stack', Object.entries(CHOICES).map(entry)),
    section('Collector', collectorEntries()),
    section('Prometheus and Alertmanager', templateEntries()),
    ...Object.entries(SERVICE_SHAPES).map(([name, shape]) => section(`Service ${name}`, serviceEntries(name, shape))),
  ]
  return `${HEADER}\n${sections.filter(Boolean).join('\n')}`
}

const section = (title: string, entries: string[]): string =>
  entries.length === 0 ? '' : `# ── ${title}\n${entries.join('')}`

function entry([name, schema]: [string, z.ZodType]): string {
  const { description } = (schema.meta() ?? {}) as { description?: string }
  return line(name, description, defaultOf(schema))
}

const line = (name: string, description = '', value = ''): string =>
  `${description ? `# ${description.replace(/\.$/, '')}\n` : ''}#${name}=${value}\n`

/** The default as `.env` would write it; schemas describe their input, so the input side of their JSON schema has it. */
function defaultOf(schema: z.ZodType): string {
  const { default: value } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { default?: unknown }
  return value === undefined ? '' : String(value)
}

/** Variables of collector.yaml that have a default the stack does not decide, as its README describes them. */
function collectorEntries(): string[] {
  const [config, readme] = ['collector.yaml', 'README.md'].map((file) =>
    readFileSync(join(ROOT, 'collector', file), 'utf8'),
  )
  const defaults = new Map(
    [...(config ?? '').matchAll(/\$\{env:([A-Z_]+):-([^}]*)\}/g)].map(([, name = '', value = '']) => [name, value]),
  )
  return [...defaults].flatMap(([name, value]) => {
    if (name in PORTS || /_(HOST|ENDPOINT)$/.test(name)) return []
    return [line(name, new RegExp(`^\\| \`${name}\` \\|[^|]*\\| (.*?) ?\\|$`, 'm').exec(readme ?? '')?.[1], value)]
  })
}

/** Variables of the templates that neither the stack nor a secret already decides. */
const templateEntries = (): string[] =>
  Object.entries(TEMPLATE_VARIABLES).flatMap(([name, variable]) =>
    'fallback' in variable && !name.endsWith('_TARGET') && !(name in SECRETS)
      ? [line(name, variable.description, variable.fallback)]
      : [],
  )

/** What of a service's schema takes effect from `.env`: found by setting it and looking at what the service would get. */
function serviceEntries(service: string, shape: z.ZodRawShape): string[] {
  const marker = 'set-in-env'
  const names = Object.keys(shape)
  const given = Object.fromEntries(names.map((name) => [name, marker]))
  const ports = Object.fromEntries(Object.keys(PORTS).map((name) => [name, 1])) as Record<keyof typeof PORTS, number>
  const secrets = Object.fromEntries(Object.keys(SECRETS).map((name) => [name, 'secret'])) as Secrets
  const context = { given, ports, secrets, root: ROOT, stateDir: '/nowhere', cache: '/nowhere' }
  const definition = stackServices(context).find(({ name }) => name === service)
  if (!definition || 'absent' in definition) return []
  const decided = new Set([...Object.keys(TEMPLATE_VARIABLES), ...Object.keys(SECRETS), ...Object.keys(PORTS)])
  return names
    .filter((name) => definition.env[name] === marker && !decided.has(name))
    .map((name) => entry([name, shape[name] as z.ZodType]))
}
