// Starts the inbox: SMTP in, web and JSON out; stops on SIGTERM or SIGINT.
import { systemClock } from '../shared/clock.ts'
import { ConfigError } from '../shared/config.ts'
import { closeServer, listen } from '../shared/listen.ts'
import { createLogger } from '../shared/logger.ts'
import { untilStopped } from '../shared/shutdown.ts'
import { loadInboxConfig } from './config.ts'
import { createMailbox } from './mailbox.ts'
import { createSmtpServer } from './smtp.ts'
import { createWeb } from './web.ts'

async function main(): Promise<number> {
  const config = loadInboxConfig()
  const logger = createLogger('inbox', config.INBOX_LOG_LEVEL)
  const mailbox = createMailbox({ maxMessages: config.INBOX_MAX_MESSAGES, maxTotalBytes: config.INBOX_MAX_TOTAL_BYTES })
  const smtp = createSmtpServer({
    mailbox,
    maxMessageBytes: config.INBOX_MAX_MESSAGE_BYTES,
    logger,
    clock: systemClock,
  })
  await new Promise<void>((resolve, reject) => {
    smtp.server.once('error', reject)
    smtp.listen(config.INBOX_SMTP_PORT, config.INBOX_HOST, () => {
      smtp.server.off('error', reject)
      resolve()
    })
  })
  const { server, url } = await listen(createWeb(mailbox), config.INBOX_WEB_PORT, config.INBOX_HOST)
  logger.info({ url, smtpPort: config.INBOX_SMTP_PORT }, 'inbox listening')
  const closers = [
    { name: 'smtp', close: () => new Promise<void>((resolve) => smtp.close(resolve)) },
    { name: 'web', close: () => closeServer(server) },
  ]
  return untilStopped(closers, { logger, timeoutMs: 5_000 })
}

try {
  process.exit(await main())
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exit(1)
}
