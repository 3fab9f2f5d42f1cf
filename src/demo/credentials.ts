// Who calls. In: the Authorization header. Out: organisation and deal of the key, or nothing. Keys are kept and
// compared as SHA-256 digests, so that look-up time says nothing about them.
import { createHash, randomBytes } from 'node:crypto'
import { isTenantId } from '../shared/ids.ts'

export interface Credential {
  orgId: string
  dealId: string
}

export interface ApiKey extends Credential {
  /** Hexadecimal SHA-256 of the key. */
  digest: string
}

export const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex')

/** Shorter keys are refused, except that a test or a demo must be able to name theirs. */
const MIN_KEY_LENGTH = 8

/** Parses `org:deal:key,org:deal:key`. Ids may hold a colon by rule, but not in this list. */
export function parseApiKeys(text: string): { kind: 'ok'; keys: ApiKey[] } | { kind: 'invalid'; message: string } {
  const keys: ApiKey[] = []
  for (const [index, triple] of text.split(',').entries()) {
    const [orgId = '', dealId = '', key = '', ...rest] = triple.trim().split(':')
    // The triple itself is secret: say which one, not what it holds.
    const where = `entry ${index + 1} of ${text.split(',').length}`
    if (rest.length > 0 || !isTenantId(orgId) || !isTenantId(dealId)) {
      return { kind: 'invalid', message: `${where} is not of the form organisation:deal:key` }
    }
    if (key.length < MIN_KEY_LENGTH) {
      return { kind: 'invalid', message: `${where} has a key of ${key.length} characters (at least ${MIN_KEY_LENGTH})` }
    }
    keys.push({ orgId, dealId, digest: digestOf(key) })
  }
  return { kind: 'ok', keys }
}

export interface Credentials {
  /** The credential behind `Authorization: Bearer <key>`. */
  identify(authorization: string | undefined): Credential | undefined
  add(key: ApiKey): void
  all(): Credential[]
}

export function createCredentials(keys: readonly ApiKey[]): Credentials {
  const byDigest = new Map(keys.map((key) => [key.digest, key]))
  return {
    identify(authorization) {
      const key = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1]
      const found = key === undefined ? undefined : byDigest.get(digestOf(key))
      return found && { orgId: found.orgId, dealId: found.dealId }
    },
    add: (key) => void byDigest.set(key.digest, key),
    all: () => [...byDigest.values()].map(({ orgId, dealId }) => ({ orgId, dealId })),
  }
}

/** A new key for a deal: the secret is shown once, its digest is kept. */
export function issueKey(credential: Credential): { secret: string; key: ApiKey } {
  const secret = `sl_${randomBytes(24).toString('base64url')}`
  return { secret, key: { ...credential, digest: digestOf(secret) } }
}
