// The mail to an organisation's admin. In: the organisation's alerts of one group, each with its signed link. Out: subject,
// text and HTML. Label values come from telemetry: one line, no control or bidi characters, escaped.
import type { AlertReport } from '../alerts/webhook-body.ts'
import { type LetterAlert, letterHtml } from './letter-html.ts'

export interface LetterInput {
  orgId: string
  alerts: { report: AlertReport; link: string }[]
  linksUntil: Date
}

export interface Letter {
  subject: string
  text: string
  html: string
}

const MAX_ALERTS = 20
const LINE_LENGTH = 120
const PARAGRAPH_LENGTH = 1000

export function writeLetter({ orgId, alerts, linksUntil }: LetterInput): Letter {
  const shown = alerts.slice(0, MAX_ALERTS).map(toLetterAlert)
  const footer = footerOf(orgId, linksUntil, alerts.length - shown.length)
  const subject = subjectOf(orgId, alerts)
  return {
    subject,
    text: `${shown.map((alert) => textOf(alert) + RULE).join('')}${footer}\n`,
    html: letterHtml(subject, shown, footer),
  }
}

function subjectOf(orgId: string, alerts: LetterInput['alerts']): string {
  const first = alerts[0]?.report
  const firing = alerts.find(({ report }) => report.endsAt === undefined)?.report
  const severity = firing ? firing.severity.toUpperCase() : 'RESOLVED'
  const more = alerts.length > 1 ? ` (+${alerts.length - 1})` : ''
  return `[${oneLine(severity)}] ${oneLine(first?.alertName)} (${oneLine(orgId)}): ${oneLine(first?.annotations.summary)}${more}`
}

function toLetterAlert({ report, link }: LetterInput['alerts'][number]): LetterAlert {
  const { annotations, endsAt } = report
  return {
    firing: endsAt === undefined,
    severity: oneLine(report.severity),
    summary: oneLine(annotations.summary || report.alertName),
    description: oneLine(annotations.description, PARAGRAPH_LENGTH),
    action: endsAt === undefined ? oneLine(annotations.action, PARAGRAPH_LENGTH) : '',
    facts: [
      ['Alert', oneLine(report.alertName)],
      ['Organisation', oneLine(report.orgId)],
      ...(annotations.value ? [['Value', oneLine(annotations.value)] as [string, string]] : []),
      ['Since', utc(report.startsAt)],
      ...(endsAt === undefined ? [] : [['Until', utc(endsAt)] as [string, string]]),
    ],
    link,
    runbookUrl: annotations.runbook_url,
    dashboardUrl: annotations.dashboard_url,
  }
}

/** Any label value on one line, at most `length` characters, without what could end a header or start an encoded word. */
function oneLine(text: string | undefined, length = LINE_LENGTH): string {
  const line = (text ?? '')
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .replaceAll('=?', '= ?')
    .trim()
  return [...line].slice(0, length).join('')
}

const utc = (time: string) => `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`

const RULE = `\n\n${'-'.repeat(64)}\n\n`

const textOf = (alert: LetterAlert) =>
  [
    `${alert.firing ? alert.severity.toUpperCase() : 'RESOLVED'}  ${alert.summary}`,
    alert.description,
    alert.facts.map(([name, value]) => `  ${name.padEnd(14)}${value}`).join('\n'),
    alert.action && `  What to do: ${alert.action}`,
    `  ${alert.firing ? 'Acknowledge, snooze, resolve' : 'History'}:\n    ${alert.link}`,
    alert.runbookUrl && `  Runbook:\n    ${oneLine(alert.runbookUrl, PARAGRAPH_LENGTH)}`,
    alert.dashboardUrl && `  Dashboard:\n    ${oneLine(alert.dashboardUrl, PARAGRAPH_LENGTH)}`,
  ]
    .filter(Boolean)
    .join('\n\n')

const footerOf = (orgId: string, until: Date, left: number) =>
  `${left > 0 ? `And ${left} more of this group. ` : ''}You get this mail because you are an admin of ${orgId} and gave an address for its alerts. The link of an alert opens this alert only, until ${utc(until.toISOString())}; whoever has it can act in your name, so do not forward it.`
