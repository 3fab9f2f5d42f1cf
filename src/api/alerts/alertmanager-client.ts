// Alertmanager's API, as far as we use it. In: its URLs, of one or of a cluster that tells each other. Out: current alerts with their groups, silences made and ended.
// Every call has a deadline; trouble is an AppError `unavailable`.
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'

const LABELS = z.record(z.string(), z.string())

const GROUPS = z.array(
  z.object({
    labels: LABELS,
    receiver: z.object({ name: z.string() }),
    alerts: z.array(
      z.object({
        annotations: LABELS,
        startsAt: z.string(),
        endsAt: z.string(),
        fingerprint: z.string(),
        generatorURL: z.string().optional(),
        labels: LABELS,
        status: z.object({ state: z.string(), silencedBy: z.array(z.string()), inhibitedBy: z.array(z.string()) }),
      }),
    ),
  }),
)
export type AlertGroup = z.infer<typeof GROUPS>[number]

export interface Silence {
  /** Every label must equal; an empty value stands for "has no such label". */
  matchLabels: Record<string, string>
  fromMs: number
  untilMs: number
  createdBy: string
  comment: string
}

export type AlertmanagerClient = ReturnType<typeof createAlertmanagerClient>

/** @param baseUrls separated by commas; the first that answers is asked. */
export function createAlertmanagerClient(baseUrls: string, timeoutMs = 5_000) {
  const ask = async (method: string, path: string, body: unknown): Promise<{ url: string; response: Response }> => {
    let cause: unknown
    for (const baseUrl of baseUrls.split(',')) {
      const url = `${baseUrl.trim().replace(/\/$/, '')}/api/v2${path}`
      try {
        const response = await fetch(url, {
          method,
          signal: AbortSignal.timeout(timeoutMs),
          ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        })
        return { url, response }
      } catch (error) {
        cause = error
      }
    }
    throw new AppError('unavailable', `Alertmanager does not answer at ${baseUrls}`, { cause })
  }
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const { url, response } = await ask(method, path, body)
    const text = await response.text()
    if (response.status === 404 && method === 'DELETE') return undefined
    if (!response.ok) {
      const cause = new Error(`${method} ${url}: ${response.status} ${text.slice(0, 300)}`)
      throw new AppError('unavailable', `Alertmanager refused with status ${response.status}`, { cause })
    }
    return text ? JSON.parse(text) : undefined
  }
  return {
    /** Everything that fires now, silenced or inhibited too. */
    groups: async (): Promise<AlertGroup[]> => GROUPS.parse(await call('GET', '/alerts/groups')),
    silence: async (silence: Silence): Promise<string> => {
      const created = await call('POST', '/silences', {
        matchers: Object.entries(silence.matchLabels).map(([name, value]) => ({
          name,
          value,
          isRegex: false,
          isEqual: true,
        })),
        startsAt: new Date(silence.fromMs).toISOString(),
        endsAt: new Date(silence.untilMs).toISOString(),
        createdBy: silence.createdBy,
        comment: silence.comment,
      })
      return z.object({ silenceID: z.string() }).parse(created).silenceID
    },
    /** Ends a silence; one that ended already is fine. */
    endSilence: async (silenceId: string): Promise<void> => {
      await call('DELETE', `/silence/${encodeURIComponent(silenceId)}`)
    },
  }
}
