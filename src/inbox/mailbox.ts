// The mails held in memory, within a bound on their number and on their bytes. In: parsed mails. Out: the newest first.

export interface Mail {
  id: string
  receivedAt: string
  from: string
  /** Recipients of the envelope: who the mail was really delivered to, hidden copies included. */
  to: string[]
  subject: string
  text: string
  html: string
  headers: { name: string; value: string }[]
  attachments: { name: string; mimeType: string; sizeBytes: number }[]
  sizeBytes: number
}

export interface Mailbox {
  add(mail: Mail): void
  find(filter?: { to?: string | undefined; subject?: string | undefined }): Mail[]
  get(id: string): Mail | undefined
  clear(): void
  /** Mails pushed out by newer ones since the start. */
  evicted(): number
}

const contains = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase())

export function createMailbox(limits: { maxMessages: number; maxTotalBytes: number }): Mailbox {
  let mails: Mail[] = []
  let totalBytes = 0
  let evicted = 0
  return {
    add(mail) {
      mails.push(mail)
      totalBytes += mail.sizeBytes
      while (mails.length > 1 && (mails.length > limits.maxMessages || totalBytes > limits.maxTotalBytes)) {
        totalBytes -= mails.shift()?.sizeBytes ?? 0
        evicted += 1
      }
    },
    find: ({ to, subject } = {}) =>
      mails
        .filter((mail) => to === undefined || mail.to.some((address) => contains(address, to)))
        .filter((mail) => subject === undefined || contains(mail.subject, subject))
        .toReversed(),
    get: (id) => mails.find((mail) => mail.id === id),
    clear() {
      mails = []
      totalBytes = 0
    },
    evicted: () => evicted,
  }
}
