// Environment of the stand-in model server.
import { z } from 'zod'
import { loadConfig, logLevel, port } from '../../shared/config.ts'

const milliseconds = (fallback: number) => z.coerce.number().int().min(0).max(600_000).default(fallback)

export const shape = {
  MODEL_SERVER_HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  MODEL_SERVER_PORT: port(4700).describe('Port of the OpenAI-compatible API.'),
  MODEL_SERVER_LOG_LEVEL: logLevel.describe('pino level of the log.'),
  MODEL_SERVER_FIRST_TOKEN_MS: milliseconds(120).describe(
    'Time to the first token when a request asks for nothing else.',
  ),
  MODEL_SERVER_CHUNK_MS: milliseconds(8).describe('Pause between two chunks when a request asks for nothing else.'),
}

export type ModelServerConfig = Readonly<z.output<z.ZodObject<typeof shape>>>

/** @throws ConfigError naming every variable that is wrong. */
export const loadModelServerConfig = (env: Record<string, string | undefined> = process.env): ModelServerConfig =>
  loadConfig(shape, 'MODEL_SERVER_', env)
