// The one table of what runs, in the order in which data flows. In: the stack's context. Out: definitions for the
// supervisor; a part that cannot run here says why. docker-compose.yml has the same names (a test compares them).
import type { StackContext } from './services/context.ts'
import { neo4j } from './services/neo4j.ts'
import { api, bootstrap, demo, inbox, ledger, modelServer, traffic } from './services/own.ts'
import { postgres } from './services/postgres.ts'
import { alertmanager, collector, prometheus, tempo } from './services/telemetry.ts'
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
} as const satisfies Record<string, (context: StackContext) => ServiceDefinition | AbsentService>

export type ServiceName = keyof typeof SERVICES

export const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[]

/** Definitions of the named services, all by default. */
export const stackServices = (context: StackContext, names: readonly ServiceName[] = SERVICE_NAMES) =>
  SERVICE_NAMES.filter((name) => names.includes(name)).map((name) => SERVICES[name](context))
