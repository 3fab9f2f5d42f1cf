// What the stack as a whole reads from `.env`: ports, secrets and a few choices. In: the environment over `.env`. Out: checked settings, and
// the variables a service's own configuration may add.
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { DEMO_ORGANISATIONS } from '../src/cli/demo-organisations.ts'
import { loadConfig, port, secret } from '../src/shared/config.ts'

export const PORTS = {
  COLLECTOR_OTLP_GRPC_PORT: port(4317).describe('Collector: OTLP over gRPC, trusted senders (bearer token)'),
  COLLECTOR_OTLP_HTTP_PORT: port(4318).describe('Collector: OTLP over HTTP, trusted senders (bearer token)'),
  COLLECTOR_BOUND_HTTP_PORT: port(4320).describe('Collector: OTLP over HTTP, senders bound to one organisation'),
  COLLECTOR_HEALTH_PORT: port(13133).describe('Collector: health'),
  COLLECTOR_METRICS_PORT: port(8888).describe('Collector: its own metrics'),
  PROMETHEUS_PORT: port(9090).describe('Prometheus'),
  ALERTMANAGER_PORT: port(9093).describe('Alertmanager'),
  TEMPO_HTTP_PORT: port(3200).describe('Tempo: read API (without Tempo: health of its stand-in)'),
  TEMPO_OTLP_PORT: port(4417).describe('Tempo: OTLP in'),
  LEDGER_PORT: port(4400).describe('Ledger'),
  API_PORT: port(4500).describe('Api'),
  DEMO_PORT: port(4600).describe('Demo app'),
  MODEL_SERVER_PORT: port(4700).describe('Stand-in model server'),
  POSTGRES_PORT: port(54329).describe('Postgres'),
  NEO4J_BOLT_PORT: port(7687).describe('Neo4j: Bolt'),
  INBOX_SMTP_PORT: port(1025).describe('Inbox: SMTP in'),
  INBOX_WEB_PORT: port(8025).describe('Inbox: web page'),
  GRAFANA_PORT: port(3000).describe('Grafana, or the viewer where there is no Grafana'),
}

export type PortName = keyof typeof PORTS

/** Who may use the demo app: organisation and deal, as bootstrap creates them. */
const DEMO_DEALS = DEMO_ORGANISATIONS.flatMap(({ orgId, deals }) => deals.map(([dealId]) => `${orgId}:${dealId}`))

/** Hexadecimal: a secret that begins with a dash would read as an option on a command line. */
const token = (bytes = 24) => randomBytes(bytes).toString('hex')

/** Secrets and how each is made on the first run. None has a default: what is not generated is missing. */
export const SECRETS = {
  POSTGRES_PASSWORD: { schema: secret().describe('Postgres superuser'), generate: () => token() },
  OTLP_INGEST_TOKEN: { schema: secret().describe('Bearer token: apps to collector'), generate: () => token() },
  LEDGER_TOKEN: { schema: secret().describe('Bearer token: collector to ledger'), generate: () => token() },
  API_WEBHOOK_TOKEN: { schema: secret().describe('Bearer token: Alertmanager to api'), generate: () => token() },
  API_JWT_SECRET: {
    schema: secret().describe('HS256 key of the api’s access tokens'),
    generate: () => token(32),
  },
  API_LINK_KEY: {
    schema: secret().describe('Secret behind the keys in links of alert mails'),
    generate: () => token(),
  },
  API_READER_TOKEN: {
    schema: secret().describe('Superadmins’ Tempo data source: reads the traces of every organisation'),
    generate: () => token(),
  },
  WRITER_PASSWORD: { schema: secret().describe('Postgres role spanledger_writer (ledger)'), generate: () => token() },
  API_DATABASE_PASSWORD: { schema: secret().describe('Postgres role spanledger_api (api)'), generate: () => token() },
  READER_PASSWORD: {
    schema: secret().describe('Postgres role spanledger_reader (Grafana, superadmins)'),
    generate: () => token(),
  },
  NEO4J_PASSWORD: { schema: secret().describe('Neo4j user neo4j'), generate: () => token() },
  GRAFANA_ADMIN_PASSWORD: { schema: secret().describe('Grafana user admin'), generate: () => token() },
  DEMO_API_KEYS: {
    schema: secret().describe('Demo app: org:deal:key triples, comma separated'),
    generate: () => DEMO_DEALS.map((who) => `${who}:${token()}`).join(','),
  },
  COLLECTOR_SENDERS: {
    schema: secret().describe('Senders bound to one organisation: org:password pairs, comma separated'),
    generate: () => DEMO_ORGANISATIONS.map(({ orgId }) => `${orgId}:${token()}`).join(','),
  },
} as const satisfies Record<string, { schema: z.ZodType; generate: () => string }>

export type SecretName = keyof typeof SECRETS

export const CHOICES = {
  SPANLEDGER_CACHE: z.string().optional().describe('Folder of the built components (default ~/.cache/spanledger)'),
  ALERTMANAGER_START_DELAY: z
    .string()
    .optional()
    .describe(
      'How long Alertmanager listens before its first mail after a start (default 1m: Prometheus repeats as often)',
    ),
  TEMPO_BIN: z.string().optional().describe('Path of a Tempo program, where `tempo` is not on PATH'),
}

const secretSchemas = Object.fromEntries(
  Object.entries(SECRETS).map(([name, { schema }]) => [name, schema]),
) as unknown as { [K in SecretName]: z.ZodString }

export const SETTINGS_SHAPE = { ...PORTS, ...secretSchemas, ...CHOICES }

export type Ports = Record<PortName, number>
export type Secrets = Record<SecretName, string>

export interface Settings {
  ports: Ports
  secrets: Secrets
  /** Everything that was given, for variables that belong to a service's own configuration. */
  given: Record<string, string>
}

/** @throws ConfigError naming every missing or malformed variable. */
export function loadSettings(given: Record<string, string | undefined>): Settings {
  // No prefix is all ours: a variable that no part knows is refused by the service whose prefix it bears.
  const values: Record<string, unknown> = loadConfig(SETTINGS_SHAPE, 'STACK_SETTING_', given)
  const pick = <N extends string, V>(names: object) =>
    Object.fromEntries(Object.keys(names).map((name) => [name, values[name]])) as Record<N, V>
  return {
    ports: pick<PortName, number>(PORTS),
    secrets: pick<SecretName, string>(SECRETS),
    given: Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => !!entry[1])),
  }
}

/** A value for every secret that `given` lacks. */
export function generateSecrets(given: Record<string, string | undefined>): Partial<Secrets> {
  const missing = (Object.keys(SECRETS) as SecretName[]).filter((name) => !given[name])
  return Object.fromEntries(missing.map((name) => [name, SECRETS[name].generate()]))
}
