// Alert mails as the inbox received them over SMTP. In: the running stack. Out: what each is about, the oldest first.
import type { Mail, World } from '../e2e/world.ts'

export interface AlertMail {
  id: string
  alert: string
  orgId: string | undefined
  resolved: boolean
  receivedMs: number
  subject: string
}

const SUBJECT = /^\[(\w+)\] (\w+)(?: \(([^)]*)\))?/

/** @throws Error for a mail that is no alert mail: the drill must not pass over it. */
export async function readAlertMails(world: World): Promise<AlertMail[]> {
  const mails = await world.mails('')
  return mails.map(toAlertMail).sort((a, b) => a.receivedMs - b.receivedMs)
}

function toAlertMail({ id, subject, receivedAt }: Mail): AlertMail {
  const [, status, alert, orgId] = SUBJECT.exec(subject) ?? []
  if (!status || !alert) throw new Error(`not an alert mail: ${subject}`)
  return { id, alert, orgId, resolved: status === 'RESOLVED', receivedMs: Date.parse(receivedAt), subject }
}
