// docker-compose.yml against the rest: the native stack's table, the pinned versions, the templates, the services' schemas.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { execa } from 'execa'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { TEMPLATE_VARIABLES } from '../../prometheus/template-variables.ts'
import { BUILT_COMPONENTS, OTHER_IMAGES } from '../../stack/components.ts'
import { findProgram } from '../../stack/services/find-program.ts'
import { ALERTMANAGER_FLAGS, PROMETHEUS_FLAGS, START_DELAY } from '../../stack/services/telemetry.ts'
import { SERVICE_NAMES, stackServices } from '../../stack/services.ts'
import { generateSecrets, loadSettings, PORTS, SECRETS } from '../../stack/settings.ts'

interface ComposeService {
  image: string
  command?: string[]
  environment?: Record<string, string | null>
  ports?: string[]
  healthcheck?: object
  depends_on?: Record<string, { condition: string }>
  volumes?: string[]
}

const ROOT = resolve(import.meta.dirname, '../..')
const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')
const compose = parse(text, { merge: true }) as { services: Record<string, ComposeService>; volumes: object }
const services = Object.entries(compose.services)
const environmentOf = (name: string) => compose.services[name]?.environment ?? {}

/** Native definitions with every variable of `.env.example` set to a marker. */
function nativeServices(marker: string) {
  const example = readFileSync(join(ROOT, '.env.example'), 'utf8')
  const names = [...example.matchAll(/^#([A-Z0-9_]+)=/gm)].map(([, name]) => name as string)
  const free = names.filter((name) => !(name in PORTS) && !(name in SECRETS))
  const given = Object.fromEntries(free.map((name) => [name, marker]))
  const settings = loadSettings({ ...generateSecrets({}), ...given })
  return stackServices({ ...settings, root: ROOT, stateDir: '/nowhere', cache: '/nowhere' })
}

describe('services', () => {
  test('are those of the native stack, in Grafana’s place the viewer, plus what only containers need', () => {
    const native = SERVICE_NAMES.map((name) => (name === 'viewer' ? 'grafana' : name))
    expect(Object.keys(compose.services).sort()).toEqual([...native, 'collector-ready', 'config'].sort())
  })

  test('use the pinned images', () => {
    const pinned = Object.entries(BUILT_COMPONENTS).map(([name, { image }]) => [name, image])
    for (const [name, image] of [...pinned, ...Object.entries(OTHER_IMAGES)]) {
      expect(compose.services[name as string]?.image).toBe(image)
    }
    const third = new Set([...Object.keys(BUILT_COMPONENTS), ...Object.keys(OTHER_IMAGES)])
    for (const [name, { image }] of services) if (!third.has(name)) expect(image).toBe('spanledger:0.1.0')
  })

  test('have the version of the native build in their tag', () => {
    for (const { image, version } of Object.values(BUILT_COMPONENTS)) {
      const [major, minor] = version.split('.')
      expect(image).toMatch(new RegExp(`:v?${major}\\.${minor}[.-]`))
    }
  })

  test('that stay up have a health check, apart from those that cannot have one', () => {
    const without = services.filter(([, { healthcheck }]) => !healthcheck).map(([name]) => name)
    // One-shots end; traffic serves nobody; collector-ready asks the collector, whose image has no program to ask with.
    expect(without.sort()).toEqual(['bootstrap', 'collector', 'collector-ready', 'config', 'traffic'])
  })

  test('wait for health, or for the end of a one-shot', () => {
    const conditions = services.flatMap(([name, { depends_on: others = {} }]) =>
      Object.entries(others).map(([other, { condition }]) => ({ name, other, condition })),
    )
    expect(conditions.length).toBeGreaterThan(10)
    for (const { name, other, condition } of conditions) {
      const oneShot = ['config', 'bootstrap', 'collector-ready'].includes(other)
      const started = name === 'collector-ready' && other === 'collector'
      const expected = oneShot ? 'service_completed_successfully' : started ? 'service_started' : 'service_healthy'
      expect(condition, `${name} on ${other}`).toBe(expected)
    }
  })
})

describe('ports and secrets', () => {
  test('every port is bound to loopback, has its variable and the native default', () => {
    const mappings = services.flatMap(([, { ports = [] }]) => ports)
    const published = mappings.map((mapping) => {
      const [, name = '', fallback] = /^127\.0\.0\.1:\$\{([A-Z0-9_]+):-(\d+)\}:\d+$/.exec(mapping) ?? []
      return [name, Number(fallback)]
    })
    const defaults = loadSettings(generateSecrets({})).ports
    expect(Object.fromEntries(published)).toEqual(defaults)
  })

  test('secrets come from .env only, with the way to get them', () => {
    const used = [...text.matchAll(/\$\{([A-Z0-9_]+)(:?[^}]*)\}/g)].filter(([, name = '']) => name in SECRETS)
    expect(new Set(used.map(([, name]) => name))).toEqual(new Set(Object.keys(SECRETS)))
    for (const [, , rest] of used) expect(rest).toBe(':?run make up once')
  })
})

describe('configuration', () => {
  test('Prometheus runs with the flags of the native stack', () => {
    expect(compose.services.prometheus?.command).toEqual(expect.arrayContaining(PROMETHEUS_FLAGS))
  })

  test('Alertmanager runs with the flags of the native stack', () => {
    const startDelay = `--dispatch.start-delay=\${ALERTMANAGER_START_DELAY:-${START_DELAY}}`
    expect(compose.services.alertmanager?.command).toEqual(expect.arrayContaining([...ALERTMANAGER_FLAGS, startDelay]))
  })

  test('the config service has a value or a fallback for every placeholder', () => {
    const given = environmentOf('config')
    const missing = Object.entries(TEMPLATE_VARIABLES)
      .filter(([name, variable]) => !(name in given) && !('fallback' in variable))
      .map(([name]) => name)
    expect(missing).toEqual([])
    const native = Object.entries(TEMPLATE_VARIABLES).filter(([, variable]) => 'fallback' in variable)
    // A fallback that names loopback would point a container at itself.
    for (const [name, { fallback }] of native as [string, { fallback: string }][]) {
      if (fallback.includes('127.0.0.1') && !name.endsWith('_URL')) expect(given[name], name).toBeTruthy()
    }
  })

  test('what .env lets be changed natively reaches the same service here', () => {
    const marker = 'from-env'
    const missing = nativeServices(marker).flatMap((service) => {
      // Grafana and Mailpit take the places of these two, with settings of their own.
      if ('absent' in service || service.name === 'viewer' || service.name === 'inbox') return []
      const free = Object.keys(service.env).filter((name) => service.env[name] === marker)
      return free.filter((name) => !(name in environmentOf(service.name))).map((name) => `${service.name}: ${name}`)
    })
    expect(missing).toEqual([])
  })

  test('named volumes are declared and used', () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes).map((volume) => volume.split(':')[0] ?? '')
    const named = new Set(used.filter((volume) => !volume.startsWith('.')))
    expect([...named].sort()).toEqual(Object.keys(compose.volumes).sort())
  })
})

describe.skipIf(!findProgram('docker-compose'))('docker-compose config', () => {
  // Without it, Compose would read the checkout's own .env.
  const emptyFile = join(mkdtempSync(join(tmpdir(), 'spanledger-compose-')), 'env')
  writeFileSync(emptyFile, '')
  afterAll(() => rmSync(dirname(emptyFile), { recursive: true }))
  const config = (env: Record<string, string>) =>
    execa('docker-compose', ['-f', join(ROOT, 'docker-compose.yml'), '--env-file', emptyFile, 'config', '-q'], {
      env: { PATH: process.env.PATH ?? '', ...env },
      extendEnv: false,
      cwd: '/',
      all: true,
      reject: false,
    })
  const secrets = generateSecrets({}) as Record<string, string>

  test('accepts the file', async () => {
    const { exitCode, all } = await config(secrets)
    expect(exitCode, all).toBe(0)
  })

  test('refuses to start without a secret, and says how to get it', async () => {
    const { LEDGER_TOKEN: _, ...rest } = secrets
    const { exitCode, all } = await config(rest)
    expect(exitCode).not.toBe(0)
    expect(all).toMatch(/LEDGER_TOKEN.*run make up once/)
  })
})
