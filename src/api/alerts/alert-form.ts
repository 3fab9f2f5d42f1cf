// What the form of an alert's page sends. In: form fields, and the actor the link names (empty for links from mails). Out:
// who acts and what they do, or `bad_request`.
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import type { AlertAction } from './act-on-alert.ts'
import { ACKNOWLEDGE_MINUTES, SILENCE_MINUTES } from './alert-routes.ts'

const FORM = z.object({
  action: z.enum(['acknowledge', 'take-over', 'snooze', 'resolve', 'note'], 'choose one of the buttons'),
  note: z.string().trim().max(2000, 'the note is longer than 2000 characters').default(''),
  minutes: SILENCE_MINUTES.default(ACKNOWLEDGE_MINUTES),
  who: z.string().trim().max(64, 'the name is longer than 64 characters').default(''),
})

export function parseForm(fields: unknown, linkActor: string, nowMs: number): { actor: string; action: AlertAction } {
  const parsed = FORM.safeParse(fields ?? {})
  if (!parsed.success)
    throw new AppError('bad_request', parsed.error.issues[0]?.message ?? 'the form could not be read')
  const { action, minutes, who } = parsed.data
  const note = parsed.data.note || undefined
  // The name in a mail's form is a claim, and the history says so.
  const actor = linkActor || (who && `${who} (by mail)`)
  if (!actor) throw new AppError('bad_request', 'write your name, so that others see who has it')
  const until = new Date(nowMs + minutes * 60_000)
  if (action === 'resolve') return { actor, action: { kind: 'resolve', note } }
  if (action === 'snooze') return { actor, action: { kind: 'snooze', until, note } }
  if (action !== 'note')
    return { actor, action: { kind: 'acknowledge', until, note, takeOver: action === 'take-over' } }
  if (note === undefined) throw new AppError('bad_request', 'write the note first')
  return { actor, action: { kind: 'note', note } }
}
