// What the api reads from the environment. In: API_* variables. Out: a frozen, checked object.
import { z } from 'zod'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { durationSeconds } from '../../prometheus/scale-windows.ts'
import { loadConfig, logLevel, port, positive, postgresUrl, secret, secretUrl } from '../shared/config.ts'

const url = (fallback: string) => z.url().default(fallback)

const BOLT = ['bolt', 'neo4j'].flatMap((scheme) => [scheme, `${scheme}+s`, `${scheme}+ssc`])

export const shape = {
  API_HOST: z.string().default('127.0.0.1').meta({ description: 'address to listen on' }),
  API_PORT: port(4500).meta({ description: 'port to listen on; 0 lets the system choose' }),
  API_LOG_LEVEL: logLevel.meta({ description: 'pino level' }),
  API_PUBLIC_URL: url('http://127.0.0.1:4500').meta({ description: 'how people reach the api; used in links' }),
  API_DATABASE_URL: postgresUrl().meta({
    secret: true,
    description: 'Postgres URL of role spanledger_api',
  }),
  API_DATABASE_POOL: positive(10).meta({ description: 'Postgres connections kept at most' }),
  API_STATEMENT_TIMEOUT_MS: positive(10_000).meta({ description: 'longest a single SQL statement may run' }),
  API_WEBHOOK_TOKEN: secret().meta({ secret: true, description: 'bearer token Alertmanager sends' }),
  API_JWT_SECRET: z
    .string()
    .min(32, 'must have at least 32 characters (HS256 key)')
    .meta({ secret: true, description: 'HS256 key of access tokens; signed links derive theirs from it' }),
  API_JWT_SECRET_PREVIOUS: z
    .string()
    .min(32, 'must have at least 32 characters (HS256 key)')
    .optional()
    .meta({ secret: true, description: 'still accepted in tokens and links while API_JWT_SECRET is being changed' }),
  API_LINK_KEY: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .meta({ secret: true, description: 'key in the mail templates’ links; unset: links in mails ask to sign in' }),
  API_LINK_KEY_PREVIOUS: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .meta({ secret: true, description: 'still accepted in links of mails while API_LINK_KEY is being changed' }),
  API_READER_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .meta({ secret: true, description: 'reads every organisation’s traces by the Tempo API; unset: nobody does' }),
  API_ALERTMANAGER_URL: z
    .string()
    .refine((urls) => urls.split(',').every((one) => URL.canParse(one.trim())), 'must be URLs, separated by commas')
    .default('http://127.0.0.1:9093')
    .meta({ description: 'Alertmanager, for silences and history; several of a cluster with commas' }),
  API_PROMETHEUS_URL: url('http://127.0.0.1:9090').meta({ description: 'Prometheus, for alert history' }),
  API_RECONCILE_INTERVAL_MS: positive(30_000).meta({ description: 'how often alert history is reconciled' }),
  API_RECONCILE_WINDOW_MS: positive(6 * 3_600_000).meta({ description: 'how far back alert history is reconciled' }),
  API_RECONCILE_GRACE_MS: positive(120_000).meta({
    description: 'an alert that nobody reports any more counts as resolved after this long',
  }),
  API_BUDGET_INTERVAL_MS: positive(15_000).meta({ description: 'how often budgets and spend are evaluated' }),
  API_NEO4J_URL: secretUrl(BOLT, 'bolt://host:7687')
    .optional()
    .meta({ description: 'Bolt URL to probe; unset: no probe' }),
  API_NEO4J_USER: z.string().default('neo4j').meta({ description: 'Neo4j user' }),
  API_NEO4J_PASSWORD: z.string().optional().meta({ secret: true, description: 'Neo4j password' }),
  API_NEO4J_PROBE_INTERVAL_MS: positive(5_000).meta({ description: 'how often Neo4j is probed' }),
  API_NEO4J_PROBE_TIMEOUT_MS: positive(3_000).meta({ description: 'a probe slower than this counts as down' }),
  API_SMTP_URL: secretUrl(['smtp', 'smtps'], 'smtp://user:password@host:587')
    .optional()
    .meta({ secret: true, description: 'smtp:// URL for the api’s own mails; unset: it sends none' }),
  API_MAIL_FROM: z.string().default('spanledger@localhost').meta({ description: 'sender of the api’s own mails' }),
  API_MAIL_TO: z.string().default('oncall@localhost').meta({ description: 'receiver of the api’s own mails' }),
  API_WATCHDOG_TIMEOUT_MS: positive(durationSeconds(ALERTS_CONFIG.alerting.watchdogTimeout) * 1000).meta({
    description: 'without a Watchdog notification for this long, the alert path counts as broken',
  }),
  API_ENDPOINT: z.string().optional().describe('not read by the api: where Alertmanager reaches it'),
  API_TARGET: z.string().optional().describe('not read by the api: where Prometheus scrapes it'),
} satisfies z.ZodRawShape

export type ApiConfig = ReturnType<typeof loadApiConfig>

/** @throws ConfigError naming every problem at once. */
export const loadApiConfig = (env?: Record<string, string | undefined>) => loadConfig(shape, 'API_', env)
