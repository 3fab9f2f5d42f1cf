// Drill cases. In: faults and the running stack. Out: what was mailed, how fast, and everything that was wrong.
import { setTimeout as delay } from 'node:timers/promises'
import { pollUntil } from '../support/poll.ts'
import { crossedAtMs, forMsOf, heldBack, ruleOf } from './alert-state.ts'
import type { Fault, FaultReport } from './fault.ts'
import { type AlertMail, readAlertMails } from './mails.ts'
import { type Drill, INTERVALS_S, MAIL_WITHIN_MS } from './start-drill.ts'

const MAIL_TIMEOUT_MS = 90_000
/** Longer than the longest scaled window, three minutes. */
const RESOLVED_TIMEOUT_MS = 240_000
/** A mail that a fault caused is out by then: evaluation, group_wait, and as much again. */
const SETTLE_MS = (INTERVALS_S.scrape + INTERVALS_S.evaluation + INTERVALS_S.groupWait) * 1000

export interface RunningFault {
  report: FaultReport
  /** Resolves once the resolved mail is there, or says in the report that it never came. */
  resolved: Promise<void>
}

/** Runs faults that do not touch each other at the same time; a mail may be about any of them and nothing else. */
export const runBatch = (drill: Drill, batch: readonly Fault[]): Promise<RunningFault[]> =>
  Promise.all(batch.map((fault) => runFault(drill, fault, batch)))

/** Injects, waits for the mail, undoes, waits for the resolved mail unless that comes late. Never throws. */
async function runFault(drill: Drill, fault: Fault, batch: readonly Fault[]): Promise<RunningFault> {
  const report: FaultReport = { fault, problems: [], heldBack: [] }
  const startedMs = Date.now()
  let resolved = Promise.resolve()
  try {
    await fault.inject(drill)
    const mail = fault.alert === undefined ? undefined : await firingMail(drill, fault, startedMs)
    if (mail) await measure(drill, fault, mail, startedMs, report)
    await delay(Math.max(SETTLE_MS, startedMs + (fault.lastsMs ?? 0) - Date.now()))
    report.heldBack = (await heldBack(drill.world)).filter((name) => !batch.some(({ alert }) => alert === name))
  } catch (error) {
    report.problems.push(String(error))
  }
  const undoneMs = Date.now()
  try {
    await fault.undo(drill)
    if (report.mailMs !== undefined) {
      resolved = resolvedMail(drill, fault, undoneMs).then(
        (ms) => {
          report.resolvedMs = ms
        },
        (error) => {
          report.problems.push(String(error))
        },
      )
      if (!fault.resolvesLate) await resolved
    }
    await delay(SETTLE_MS)
    for (const { subject } of await otherMails(drill, batch, startedMs)) {
      report.problems.push(`mailed as well: ${subject}`)
    }
  } catch (error) {
    report.problems.push(`undoing: ${error}`)
  }
  return { report, resolved }
}

const isAbout = (mail: AlertMail, { alert, orgId }: Fault): boolean =>
  mail.alert === alert && (orgId === undefined || mail.orgId === orgId)

const firingMail = ({ world }: Drill, fault: Fault, sinceMs: number): Promise<AlertMail> =>
  pollUntil(
    `the mail ${fault.alert}`,
    async () => {
      const mails = (await readAlertMails(world)).filter(({ receivedMs }) => receivedMs >= sinceMs)
      const found = mails.find((mail) => !mail.resolved && isAbout(mail, fault))
      if (!found) throw new Error(`mails so far: ${mails.map(({ subject }) => subject).join(' | ') || 'none'}`)
      return found
    },
    { timeoutMs: fault.mailTimeoutMs ?? MAIL_TIMEOUT_MS, everyMs: 250 },
  )

async function measure(
  { world }: Drill,
  fault: Fault,
  mail: AlertMail,
  sinceMs: number,
  report: FaultReport,
): Promise<void> {
  const rule = ruleOf(mail.alert)
  const crossedMs = await crossedAtMs(world, rule, fault.orgId, { sinceMs, untilMs: mail.receivedMs })
  report.forMs = forMsOf(rule)
  report.mailMs = mail.receivedMs - crossedMs - report.forMs
  if (report.mailMs > MAIL_WITHIN_MS) {
    report.problems.push(`the mail came ${report.mailMs} ms after it was due; at most ${MAIL_WITHIN_MS} ms are allowed`)
  }
}

const resolvedMail = ({ world }: Drill, fault: Fault, sinceMs: number): Promise<number> =>
  pollUntil(
    `the mail that ${fault.alert} is resolved`,
    async () => {
      const mails = await readAlertMails(world)
      const found = mails.find((mail) => mail.resolved && isAbout(mail, fault) && mail.receivedMs >= sinceMs)
      if (!found) throw new Error('none yet')
      return found.receivedMs - sinceMs
    },
    { timeoutMs: RESOLVED_TIMEOUT_MS, everyMs: 500 },
  )

const otherMails = async ({ world }: Drill, batch: readonly Fault[], sinceMs: number): Promise<AlertMail[]> =>
  (await readAlertMails(world)).filter(
    (mail) => !mail.resolved && mail.receivedMs >= sinceMs && !batch.some((fault) => isAbout(mail, fault)),
  )
