// Who may write. In: the Authorization header. Out: the writer it names. Tokens are known by their SHA-256 only and
// compared in constant time; the list is at most MAX_AGE_MS old, so a revoked token stops working within 5 s.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../shared/clock.ts'
import type { Pool } from '../../shared/pg.ts'

export interface Writer {
  name: string
  /** Organisations it may write for; null means any. */
  orgIds: ReadonlySet<string> | null
}

export type AuthOutcome = { kind: 'writer'; writer: Writer } | { kind: 'unauthenticated' } | { kind: 'unavailable' }

export interface WriterTokens {
  authenticate(authorization: string | undefined): Promise<AuthOutcome>
}

interface TokenRow {
  token_sha256: Buffer | string
  name: string
  org_ids: string[] | null
}

interface KnownToken {
  sha256: Buffer
  writer: Writer
}

/** Half of the 5 s in which a revocation has to work; the other half is for a slow query. */
const MAX_AGE_MS = 2_500
const BEARER = /^Bearer +([\x21-\x7e]+) *$/i

export function createWriterTokens(pool: Pool, clock: Clock): WriterTokens {
  let known: KnownToken[] = []
  let loadedAtMs = Number.NEGATIVE_INFINITY
  let loading: Promise<void> | undefined

  async function load(): Promise<void> {
    const startedAtMs = clock.nowMs()
    const { rows } = await pool.query<TokenRow>(
      'select token_sha256, name, org_ids from writer_tokens where revoked_at is null',
    )
    known = rows.map((row) => ({
      sha256: typeof row.token_sha256 === 'string' ? Buffer.from(row.token_sha256, 'hex') : row.token_sha256,
      writer: { name: row.name, orgIds: row.org_ids === null ? null : new Set(row.org_ids) },
    }))
    loadedAtMs = startedAtMs
  }

  return {
    async authenticate(authorization) {
      const token = BEARER.exec(authorization ?? '')?.[1]
      if (token === undefined) return { kind: 'unauthenticated' }
      const ageMs = clock.nowMs() - loadedAtMs
      if (ageMs > MAX_AGE_MS || ageMs < 0) {
        loading ??= load().finally(() => {
          loading = undefined
        })
        try {
          await loading
        } catch {
          return { kind: 'unavailable' }
        }
      }
      const sha256 = createHash('sha256').update(token).digest()
      let found: Writer | undefined
      for (const entry of known) {
        if (entry.sha256.length === sha256.length && timingSafeEqual(entry.sha256, sha256)) found = entry.writer
      }
      return found ? { kind: 'writer', writer: found } : { kind: 'unauthenticated' }
    },
  }
}
