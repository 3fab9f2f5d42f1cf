// Takes mail in. In: an SMTP session. Out: a parsed mail in the mailbox before the sender gets its 250.
import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import PostalMime from 'postal-mime'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { Mail, Mailbox } from './mailbox.ts'

/** SMTP answer for a mail above the limit: exceeded storage allocation, permanent. */
const TOO_LARGE = 552

async function readAll(stream: Readable & { sizeExceeded?: boolean }, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    // Read to the end all the same: the protocol answers after the final dot only. What is over is not kept.
    if (size <= maxBytes) chunks.push(chunk)
    else chunks.length = 0
  }
  return size > maxBytes || stream.sizeExceeded ? undefined : Buffer.concat(chunks)
}

async function toMail(raw: Buffer, session: SMTPServerSession, clock: Clock): Promise<Mail> {
  const parsed = await PostalMime.parse(raw)
  const { mailFrom, rcptTo } = session.envelope
  return {
    id: randomUUID(),
    receivedAt: new Date(clock.nowMs()).toISOString(),
    from: parsed.from?.address ?? (mailFrom ? mailFrom.address : ''),
    to: rcptTo.map((recipient) => recipient.address),
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    html: parsed.html ?? '',
    headers: parsed.headers.map((header) => ({ name: header.key, value: header.value })),
    attachments: parsed.attachments.map((attachment) => ({
      name: attachment.filename ?? '',
      mimeType: attachment.mimeType,
      sizeBytes:
        typeof attachment.content === 'string' ? Buffer.byteLength(attachment.content) : attachment.content.byteLength,
    })),
    sizeBytes: raw.length,
  }
}

export function createSmtpServer(options: {
  mailbox: Mailbox
  maxMessageBytes: number
  logger: Logger
  clock: Clock
}): SMTPServer {
  const { mailbox, maxMessageBytes, logger, clock } = options
  const server = new SMTPServer({
    name: 'spanledger-inbox',
    banner: 'Spanledger inbox',
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    hideSMTPUTF8: false,
    size: maxMessageBytes,
    onData(stream, session, callback) {
      readAll(stream, maxMessageBytes)
        .then(async (raw) => {
          if (!raw) {
            const message = `Mail exceeds the limit of ${maxMessageBytes} bytes`
            callback(Object.assign(new Error(message), { responseCode: TOO_LARGE }))
            return
          }
          const mail = await toMail(raw, session, clock)
          mailbox.add(mail)
          logger.info({ mailId: mail.id, to: mail.to, subject: mail.subject }, 'mail received')
          callback()
        })
        .catch((error: Error) => {
          logger.warn({ err: error }, 'mail not readable')
          callback(Object.assign(new Error('Mail not readable'), { responseCode: 554 }))
        })
    },
  })
  // A sender that hangs up mid-session is no reason to stop.
  server.on('error', (error) => logger.warn({ err: error }, 'SMTP session failed'))
  return server
}
