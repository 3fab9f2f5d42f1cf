// How much content may leave the process. In: a default and exceptions by organisation. Out: the mode for one
// organisation; `off` unless somebody switched it on.
import { getStringFromEnv, getStringListFromEnv } from '@opentelemetry/core'
import { reportProblem } from '../problems.ts'
import { processState } from '../process-state.ts'

/**
 * `off`: nothing of prompts and answers. `metadata`: how many messages, which roles, how long.
 * `redacted`: the text without secrets and personal data. `full`: the text as it is.
 */
export const CONTENT_MODES = ['off', 'metadata', 'redacted', 'full'] as const
export type ContentMode = (typeof CONTENT_MODES)[number]

export interface ContentPolicy {
  default: ContentMode
  organisations?: Readonly<Record<string, ContentMode>> | undefined
}

const state = processState('content policy', () => ({ policy: { default: 'off' } as ContentPolicy, alwaysOff: true }))

export function setContentPolicy(next: ContentPolicy): void {
  state.policy = next
  state.alwaysOff = next.default === 'off' && Object.values(next.organisations ?? {}).every((mode) => mode === 'off')
}

/** The mode for an organisation; spans without one follow the default. */
export function contentMode(orgId: unknown): ContentMode {
  if (state.alwaysOff) return 'off'
  const { policy } = state
  const own = typeof orgId === 'string' && Object.hasOwn(policy.organisations ?? {}, orgId)
  return own ? (policy.organisations?.[orgId as string] ?? policy.default) : policy.default
}

/** SPANLEDGER_CONTENT=off and SPANLEDGER_CONTENT_BY_ORG=acme=redacted,globex=metadata. Unknown words mean `off`. */
export function contentPolicyFromEnv(): ContentPolicy {
  const organisations: Record<string, ContentMode> = {}
  for (const pair of getStringListFromEnv('SPANLEDGER_CONTENT_BY_ORG') ?? []) {
    const at = pair.lastIndexOf('=')
    if (at > 0) organisations[pair.slice(0, at)] = toMode('SPANLEDGER_CONTENT_BY_ORG', pair.slice(at + 1))
    else reportProblem('content policy', `SPANLEDGER_CONTENT_BY_ORG: expected org=mode, got ${JSON.stringify(pair)}`)
  }
  return { default: toMode('SPANLEDGER_CONTENT', getStringFromEnv('SPANLEDGER_CONTENT') ?? 'off'), organisations }
}

function toMode(variable: string, text: string): ContentMode {
  const mode = CONTENT_MODES.find((candidate) => candidate === text)
  if (!mode) reportProblem('content policy', `${variable}: unknown mode, using off (${CONTENT_MODES.join(', ')})`)
  return mode ?? 'off'
}
