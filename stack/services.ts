// The one table of what runs, in the order in which data flows. In: the stack's context. Out: definitions for the
// supervisor; a part that cannot run here says why. docker-compose.yml has the same names (a test compares them).
import type { StackContext } from './services/context.ts'
import { neo4j } from './services/neo4j.ts'
import { api, bootstrap, demo, inbox, ledger, modelServer, traffic, viewer } from './services/own.ts'
import { postgres } from './services/postgres.ts'
import { alertmanager, collector, prometheus, tempo } from './services/telemetry.ts'
import type { PortName, Ports } from './settings.ts'
import type { AbsentService, ServiceDefinition } from './supervisor/types.ts'

export const SERVICES = {
  'model-server': modelServer,
  neo4j,
  demo,
  traffic,
  collector,
  postgres,
  bootstrap,
  ledger,
  prometheus,
  tempo,
  inbox,
  alertmanager,
  api,
  viewer,
} as const satisfies Record<string, (context: StackContext) => ServiceDefinition | AbsentService>

export type ServiceName = keyof typeof SERVICES

export const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[]

/** Definitions of the named services, all by default. */
export const stackServices = (context: StackContext, names: readonly ServiceName[] = SERVICE_NAMES) =>
  SERVICE_NAMES.filter((name) => names.includes(name)).map((name) => SERVICES[name](context))

/** Which ports each service listens on. */
const LISTENS_ON: Partial<Record<ServiceName, readonly PortName[]>> = {
  'model-server': ['MODEL_SERVER_PORT'],
  neo4j: ['NEO4J_BOLT_PORT'],
  demo: ['DEMO_PORT'],
  collector: [
    'COLLECTOR_OTLP_GRPC_PORT',
    'COLLECTOR_OTLP_HTTP_PORT',
    'COLLECTOR_BOUND_HTTP_PORT',
    'COLLECTOR_HEALTH_PORT',
    'COLLECTOR_METRICS_PORT',
  ],
  postgres: ['POSTGRES_PORT'],
  ledger: ['LEDGER_PORT'],
  prometheus: ['PROMETHEUS_PORT'],
  tempo: ['TEMPO_HTTP_PORT', 'TEMPO_OTLP_PORT'],
  inbox: ['INBOX_SMTP_PORT', 'INBOX_WEB_PORT'],
  alertmanager: ['ALERTMANAGER_PORT'],
  api: ['API_PORT'],
  viewer: ['GRAFANA_PORT'],
}

/** The ports of those services that will run. */
export function portsOf(
  context: StackContext,
  services: readonly (ServiceDefinition | AbsentService)[],
): Partial<Ports> {
  const present = services.filter((service) => !('absent' in service)).map(({ name }) => name as ServiceName)
  const names = present.flatMap((name) => LISTENS_ON[name] ?? [])
  return Object.fromEntries(names.map((name) => [name, context.ports[name]]))
}
