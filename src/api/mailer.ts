// The api's own mails, which do not depend on Alertmanager. In: an SMTP URL, sender, receiver. Out: true when the server
// took the mail; trouble is logged and counted, never thrown.
import { createTransport } from 'nodemailer'
import type { Logger } from '../shared/logger.ts'
import type { ApiMetrics } from './metrics.ts'

export type SendMail = (subject: string, text: string) => Promise<boolean>

export function createMailer(options: {
  url: string | undefined
  from: string
  to: string
  metrics: ApiMetrics
  logger: Logger
}): SendMail {
  const { url, from, to, metrics, logger } = options
  if (url === undefined) {
    return async (subject) => {
      metrics.ownMails.inc({ outcome: 'not_configured' })
      logger.error({ subject }, 'a mail was due, but API_SMTP_URL is not set')
      return false
    }
  }
  const transport = createTransport({ url, connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 })
  return async (subject, text) => {
    try {
      await transport.sendMail({ from, to, subject, text })
      metrics.ownMails.inc({ outcome: 'sent' })
      return true
    } catch (error) {
      metrics.ownMails.inc({ outcome: 'failed' })
      logger.error({ err: error, subject }, 'mail not sent; tried again at the next check')
      return false
    }
  }
}
