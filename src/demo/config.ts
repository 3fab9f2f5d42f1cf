// Environment of the demo app.
import { z } from 'zod'
import { loadConfig, logLevel, port, positive, secret } from '../shared/config.ts'
import { parseApiKeys } from './credentials.ts'

const apiKeys = secret().transform((text, context) => {
  const parsed = parseApiKeys(text)
  if (parsed.kind === 'ok') return parsed.keys
  context.addIssue({ code: 'custom', message: parsed.message })
  return z.NEVER
})

export const shape = {
  DEMO_HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  DEMO_PORT: port(4600).describe('Port of the demo app.'),
  DEMO_LOG_LEVEL: logLevel.describe('pino level of the log.'),
  DEMO_API_KEYS: apiKeys.describe('Who may call: organisation:deal:key, several separated by commas.'),
  DEMO_STATE_DIR: z
    .string()
    .optional()
    .describe('Folder that keeps uploaded documents, corrections and created deals; unset: memory only.'),
  DEMO_MODEL_URL: z.url().default('http://127.0.0.1:4700/v1').describe('OpenAI-compatible endpoint.'),
  DEMO_MODEL_API_KEY: secret().default('not-needed').describe('Key for that endpoint; the stand-in needs none.'),
  DEMO_MODEL: z.string().min(1).default('gemini-2.5-flash').describe('Model that answers.'),
  DEMO_MODEL_PROVIDER: z.string().min(1).default('gcp.gemini').describe('Provider name reported with its calls.'),
  DEMO_EMBEDDING_MODEL: z.string().min(1).default('voyage-3.5').describe('Model that embeds documents and queries.'),
  DEMO_EMBEDDING_PROVIDER: z.string().min(1).default('voyageai').describe('Provider name reported with those calls.'),
  DEMO_MODEL_ATTEMPTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(6)
    .default(3)
    .describe('Attempts at a model call that is rate-limited or unavailable.'),
  DEMO_MODEL_TIMEOUT_MS: positive(20_000).describe('Longest wait for one model call.'),
  DEMO_CHAT_TIMEOUT_MS: positive(30_000).describe('Longest time for one answer, attempts included.'),
  DEMO_RETRIEVAL: z
    .enum(['keyword', 'hybrid'])
    .default('keyword')
    .describe('How chat finds passages when a request does not say; hybrid costs one embedding call.'),
  DEMO_NEO4J_URL: z.string().min(1).default('bolt://127.0.0.1:7687').describe('Neo4j over Bolt.'),
  DEMO_NEO4J_USER: z.string().min(1).default('neo4j').describe('Neo4j user.'),
  DEMO_NEO4J_PASSWORD: secret().describe('Neo4j password.'),
  DEMO_NEO4J_TIMEOUT_MS: positive(1_500).describe('Longest wait for the graph before the answer goes on without it.'),
  DEMO_MAX_UPLOAD_BYTES: positive(5 * 1024 * 1024).describe('Largest document taken in.'),
  DEMO_REQUESTS_PER_SECOND: positive(50).describe(
    'Requests per second and deal; a burst of twice that is let through.',
  ),
  DEMO_ENVIRONMENT: z.string().min(1).default('production').describe('deployment.environment.name of its telemetry.'),
  DEMO_FAULTS: z
    .stringbool()
    .default(false)
    .describe('Passes a request’s X-Model-Behaviour header on to the stand-in model server; for drills and tests.'),
}

export type DemoConfig = Readonly<z.output<z.ZodObject<typeof shape>>>

/** @throws ConfigError naming every variable that is wrong. */
export const loadDemoConfig = (env: Record<string, string | undefined> = process.env): DemoConfig =>
  loadConfig(shape, 'DEMO_', env)
