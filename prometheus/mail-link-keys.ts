// The keys in the links of operators' mails. Alertmanager's templates cannot sign, so each UTC day has a key of its own,
// derived from one secret: a mail opens alerts that began on the day its own did, and none that begins later.
// In: the secret. Out: the key of a day (the api compares), and a template that picks it (Alertmanager's configuration).
import { createHmac } from 'node:crypto'

const DAY_MS = 86_400_000
/** What still fires from before the configuration was written; what is older asks to sign in. */
const DAYS_BACK = 35
/** An Alertmanager that is not started anew for so long: its later mails ask to sign in. */
const DAYS_AHEAD = 400

/** @returns 32 hex digits. */
export function mailLinkKey(secret: string, startedMs: number): string {
  return createHmac('sha256', secret)
    .update(`alerts that began on ${utcDay(startedMs)}`)
    .digest('hex')
    .slice(0, 32)
}

/** Text of a Go template that, given an alert, says the key of the day it began on, or nothing. */
export function mailLinkKeysTemplate(secret: string, nowMs: number): string {
  const days = Array.from({ length: DAYS_BACK + 1 + DAYS_AHEAD }, (_, index) => nowMs + (index - DAYS_BACK) * DAY_MS)
  const branches = days.map((ms) => `if eq $day "${utcDay(ms)}" }}${mailLinkKey(secret, ms)}`)
  return `{{ $day := .StartsAt.UTC.Format "2006-01-02" }}{{ ${branches.join('{{ else ')}{{ end }}`
}

/** Adds what alertmanager.yml asks for as API_LINK_KEYS; nothing where there is no secret. */
export function withMailLinkKeys(values: Record<string, string>, nowMs = Date.now()): Record<string, string> {
  const secret = values.API_LINK_KEY
  return { ...values, API_LINK_KEYS: secret ? mailLinkKeysTemplate(secret, nowMs) : '' }
}

const utcDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
