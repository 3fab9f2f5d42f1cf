// Environment of the gentle traffic.
import { z } from 'zod'
import { loadConfig, logLevel, secret } from '../../shared/config.ts'

export const shape = {
  DEMO_API_KEYS: secret().describe('The demo app’s keys: traffic is sent for each deal in turn.'),
  TRAFFIC_DEMO_URL: z.url().default('http://127.0.0.1:4600').describe('The demo app.'),
  TRAFFIC_REQUESTS_PER_MINUTE: z.coerce
    .number()
    .positive()
    .max(6_000)
    .default(30)
    .describe('Requests per minute over all deals.'),
  TRAFFIC_ERROR_SHARE: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.03)
    .describe('Share of requests that ask for trouble, from 0 to 1.'),
  TRAFFIC_SEED: z.coerce.number().int().default(1).describe('Seed of the mix: the same seed sends the same requests.'),
  TRAFFIC_LOG_LEVEL: logLevel.describe('pino level of the log.'),
}

export type TrafficConfig = Readonly<z.output<z.ZodObject<typeof shape>>>

/** @throws ConfigError naming every variable that is wrong. */
export const loadTrafficConfig = (env: Record<string, string | undefined> = process.env): TrafficConfig =>
  loadConfig(shape, 'TRAFFIC_', env)
