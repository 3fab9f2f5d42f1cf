// Environment of the inbox.
import { z } from 'zod'
import { loadConfig, logLevel, port, positive } from '../shared/config.ts'

export const shape = {
  INBOX_HOST: z.string().default('127.0.0.1').describe('Address both listeners bind to.'),
  INBOX_SMTP_PORT: port(1025).describe('Port that takes mail in (SMTP, no login, no TLS).'),
  INBOX_WEB_PORT: port(8025).describe('Port of the web page and the JSON API.'),
  INBOX_MAX_MESSAGES: positive(500).describe('Mails kept; the oldest give way.'),
  INBOX_MAX_TOTAL_BYTES: positive(64 * 1024 * 1024).describe('Bytes of raw mail kept; the oldest give way.'),
  INBOX_MAX_MESSAGE_BYTES: positive(5 * 1024 * 1024).describe(
    'Largest mail taken in; a larger one is refused with 552.',
  ),
  INBOX_LOG_LEVEL: logLevel.describe('pino level of the log.'),
}

export type InboxConfig = Readonly<z.output<z.ZodObject<typeof shape>>>

/** @throws ConfigError naming every variable that is wrong. */
export const loadInboxConfig = (env: Record<string, string | undefined> = process.env): InboxConfig =>
  loadConfig(shape, 'INBOX_', env)
