// Our own services: ledger, api, demo app and its model server, inbox, traffic, viewer, and the bootstrap task. In: the
// stack's context. Out: their definitions, each run from the sources by this very Node.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { viewerPageDir } from '../build/build-viewer.ts'
import { httpProbe } from '../supervisor/probe.ts'
import type { AbsentService, ServiceDefinition } from '../supervisor/types.ts'
import { dataDir, HOST, postgresUrl, type StackContext, serviceDefaults } from './context.ts'
import { passedOn } from './environment.ts'
import { superuserUrl } from './postgres.ts'
import { tempoProgram } from './telemetry.ts'

type Definition = ServiceDefinition | AbsentService
type Details = Pick<ServiceDefinition, 'name' | 'title'> & Partial<ServiceDefinition> & { healthPort?: number }

/** A Node program of this repository; health is /readyz unless the details say otherwise. */
function program(
  context: StackContext,
  file: string,
  { healthPort, ...details }: Details,
  flags: string[] = [],
): Definition {
  const script = join(context.root, file)
  if (!existsSync(script))
    return { name: details.name, title: details.title, absent: `${file} is not in this checkout` }
  const base = `http://${HOST}:${healthPort}`
  return {
    ...serviceDefaults(context),
    command: [process.execPath, ...flags, script],
    ...(healthPort ? { probe: httpProbe(`${base}/readyz`), url: base } : {}),
    ...details,
  }
}

/** Migrates the database, sets the roles' passwords, registers the collector's token and the demo organisations. */
export function bootstrap(context: StackContext): Definition {
  const { secrets } = context
  const task = program(context, 'src/cli/main.ts', {
    name: 'bootstrap',
    title: 'Migrations, roles, demo organisations',
    kind: 'task',
    dependsOn: ['postgres'],
    env: {
      SPANLEDGER_DATABASE_URL: superuserUrl(context),
      WRITER_PASSWORD: secrets.WRITER_PASSWORD,
      API_DATABASE_PASSWORD: secrets.API_DATABASE_PASSWORD,
      READER_PASSWORD: secrets.READER_PASSWORD,
      LEDGER_TOKEN: secrets.LEDGER_TOKEN,
    },
  })
  return 'absent' in task ? task : { ...task, command: [...task.command, 'bootstrap'] }
}

export const ledger = (context: StackContext): Definition =>
  program(context, 'src/ledger/main.ts', {
    name: 'ledger',
    title: 'Ledger: OTLP to priced rows',
    dependsOn: ['bootstrap'],
    healthPort: context.ports.LEDGER_PORT,
    stopTimeoutMs: 15_000,
    env: {
      ...passedOn(context, ['LEDGER_']),
      LEDGER_HOST: HOST,
      LEDGER_PORT: String(context.ports.LEDGER_PORT),
      LEDGER_DATABASE_URL: postgresUrl(context, 'spanledger_writer', context.secrets.WRITER_PASSWORD),
    },
  })

export const api = (context: StackContext): Definition =>
  program(context, 'src/api/main.ts', {
    name: 'api',
    title: 'Api: usage, traces, alerts, budgets',
    dependsOn: ['bootstrap'],
    healthPort: context.ports.API_PORT,
    env: {
      API_PUBLIC_URL: context.given.API_PUBLIC_URL ?? `http://${HOST}:${context.ports.API_PORT}`,
      API_SMTP_URL: `smtp://${HOST}:${context.ports.INBOX_SMTP_PORT}`,
      ...passedOn(context, ['API_']),
      API_HOST: HOST,
      API_PORT: String(context.ports.API_PORT),
      API_DATABASE_URL: postgresUrl(context, 'spanledger_api', context.secrets.API_DATABASE_PASSWORD),
      API_WEBHOOK_TOKEN: context.secrets.API_WEBHOOK_TOKEN,
      API_JWT_SECRET: context.secrets.API_JWT_SECRET,
      API_LINK_KEY: context.secrets.API_LINK_KEY,
      API_READER_TOKEN: context.secrets.API_READER_TOKEN,
      API_ALERTMANAGER_URL: `http://${HOST}:${context.ports.ALERTMANAGER_PORT}`,
      API_PROMETHEUS_URL: `http://${HOST}:${context.ports.PROMETHEUS_PORT}`,
      API_NEO4J_URL: `bolt://${HOST}:${context.ports.NEO4J_BOLT_PORT}`,
      API_NEO4J_USER: 'neo4j',
      API_NEO4J_PASSWORD: context.secrets.NEO4J_PASSWORD,
    },
  })

export const modelServer = (context: StackContext): Definition =>
  program(context, 'src/demo/model-server/main.ts', {
    name: 'model-server',
    title: 'Stand-in model server (OpenAI wire format)',
    healthPort: context.ports.MODEL_SERVER_PORT,
    env: {
      ...passedOn(context, ['MODEL_SERVER_']),
      MODEL_SERVER_HOST: HOST,
      MODEL_SERVER_PORT: String(context.ports.MODEL_SERVER_PORT),
    },
  })

export const demo = (context: StackContext): Definition => {
  const { ports, secrets } = context
  const details: Details = {
    name: 'demo',
    title: 'Demo app: POST /api/chat',
    dependsOn: ['model-server', 'collector', 'neo4j'],
    healthPort: ports.DEMO_PORT,
    env: {
      DEMO_MODEL_URL: `http://${HOST}:${ports.MODEL_SERVER_PORT}/v1`,
      ...passedOn(context, ['DEMO_', 'OTEL_']),
      DEMO_HOST: HOST,
      DEMO_PORT: String(ports.DEMO_PORT),
      DEMO_NEO4J_URL: `bolt://${HOST}:${ports.NEO4J_BOLT_PORT}`,
      DEMO_NEO4J_USER: 'neo4j',
      DEMO_NEO4J_PASSWORD: secrets.NEO4J_PASSWORD,
      DEMO_API_KEYS: secrets.DEMO_API_KEYS,
      DEMO_STATE_DIR: dataDir(context, 'demo'),
      OTEL_SERVICE_NAME: 'demo',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${HOST}:${ports.COLLECTOR_OTLP_HTTP_PORT}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${secrets.OTLP_INGEST_TOKEN}`,
    },
  }
  return program(context, 'src/demo/main.ts', details, ['--import', join(context.root, 'instrumentation/register.ts')])
}

export const traffic = (context: StackContext): Definition =>
  program(context, 'src/demo/traffic/main.ts', {
    name: 'traffic',
    title: 'Gentle demo traffic of three organisations',
    dependsOn: ['demo'],
    env: {
      ...passedOn(context, ['TRAFFIC_']),
      DEMO_API_KEYS: context.secrets.DEMO_API_KEYS,
      TRAFFIC_DEMO_URL: `http://${HOST}:${context.ports.DEMO_PORT}`,
    },
  })

export const inbox = (context: StackContext): Definition =>
  program(context, 'src/inbox/main.ts', {
    name: 'inbox',
    title: 'Inbox: alert mails',
    healthPort: context.ports.INBOX_WEB_PORT,
    env: {
      ...passedOn(context, ['INBOX_']),
      INBOX_HOST: HOST,
      INBOX_SMTP_PORT: String(context.ports.INBOX_SMTP_PORT),
      INBOX_WEB_PORT: String(context.ports.INBOX_WEB_PORT),
    },
  })

/** Draws Grafana's own dashboards and data sources where there is no Grafana. */
export const viewer = (context: StackContext): Definition => {
  const { ports, secrets, given, cache } = context
  const api = `http://${HOST}:${ports.API_PORT}`
  const names = { name: 'viewer', title: 'Viewer: the dashboards' }
  const page = given.VIEWER_PAGE_DIR ?? viewerPageDir(cache)
  if (!given.VIEWER_PAGE_DIR && !existsSync(page)) {
    return {
      ...names,
      absent: 'its page could not be built (`make install` says why); the dashboards are not drawn here',
    }
  }
  return program(context, 'grafana/viewer/server/main.ts', {
    ...names,
    dependsOn: ['prometheus', 'bootstrap'],
    healthPort: ports.GRAFANA_PORT,
    env: {
      PROMETHEUS_URL: `http://${HOST}:${ports.PROMETHEUS_PORT}`,
      PROMETHEUS_SCRAPE_INTERVAL: given.PROMETHEUS_SCRAPE_INTERVAL ?? '15s',
      // Without a Tempo the api answers Tempo's read API out of the ledger.
      TEMPO_URL: tempoProgram(context) ? `http://${HOST}:${ports.TEMPO_HTTP_PORT}` : api,
      LEDGER_DATABASE_HOST: `${HOST}:${ports.POSTGRES_PORT}`,
      READER_PASSWORD: secrets.READER_PASSWORD,
      API_READER_TOKEN: secrets.API_READER_TOKEN,
      DASHBOARDS_DIR: join(context.root, 'grafana/generated'),
      ...passedOn(context, ['VIEWER_']),
      VIEWER_HOST: HOST,
      VIEWER_PORT: String(ports.GRAFANA_PORT),
      VIEWER_PROVISIONING_DIR: join(context.root, 'grafana/provisioning'),
      VIEWER_TENANTS_DIR: join(context.stateDir, 'grafana'),
      VIEWER_PAGE_DIR: page,
    },
  })
}
