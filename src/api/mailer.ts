// Mails the api sends itself. In: an SMTP URL and a sender. Out: for each mail whether the server took it; trouble is logged
// and counted, never thrown.
import { createTransport } from 'nodemailer'
import type { Logger } from '../shared/logger.ts'
import type { ApiMetrics } from './metrics.ts'

export interface Mail {
  /** One address, or several with commas when they come from configuration. */
  to: string | { name: string; address: string }
  subject: string
  text: string
  html?: string
  /** Message-Id of the thread's root, without angle brackets. */
  thread?: string
}

/** False: not sent; try again later. */
export type SendMail = (mail: Mail) => Promise<boolean>

export function createMailer(options: {
  url: string | undefined
  from: string
  metrics: ApiMetrics
  logger: Logger
}): SendMail {
  const { url, from, metrics, logger } = options
  if (url === undefined) {
    return async ({ subject }) => {
      metrics.ownMails.inc({ outcome: 'not_configured' })
      logger.error({ subject }, 'a mail was due, but API_SMTP_URL is not set')
      return false
    }
  }
  const transport = createTransport({ url, connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 })
  return async ({ thread, ...mail }) => {
    const root = thread === undefined ? undefined : `<${thread}>`
    try {
      await transport.sendMail({ from, ...mail, ...(root && { references: root, inReplyTo: root }) })
      metrics.ownMails.inc({ outcome: 'sent' })
      return true
    } catch (error) {
      metrics.ownMails.inc({ outcome: 'failed' })
      logger.error({ err: error, subject: mail.subject }, 'mail not sent; tried again later')
      return false
    }
  }
}
