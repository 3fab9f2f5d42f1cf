// Tokens of telemetry senders. Only their SHA-256 is stored, so a token is shown once, when it is made.
import { createHash, randomBytes } from 'node:crypto'
import type pg from 'pg'

export const hashToken = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest()

export interface WriterToken {
  name: string
  orgIds: string[] | null
  createdAt: Date
  revokedAt: Date | null
}

/** @param orgIds organisations the sender may write for; null for any. Returns the token itself. */
export async function createWriterToken(client: pg.ClientBase, name: string, orgIds: string[] | null): Promise<string> {
  const token = `slw_${randomBytes(24).toString('base64url')}`
  const { rowCount } = await client.query(
    'insert into writer_tokens (token_sha256, name, org_ids) values ($1, $2, $3) on conflict (name) do nothing',
    [hashToken(token), name, orgIds],
  )
  if (rowCount === 0) throw new Error(`a token named ${name} exists already, valid or revoked; choose another name`)
  return token
}

/** Makes `token` the one of that name, whatever it was before: bootstrap's idempotent form. */
export async function registerWriterToken(client: pg.ClientBase, name: string, token: string): Promise<void> {
  await client.query('delete from writer_tokens where name = $1 and token_sha256 <> $2', [name, hashToken(token)])
  await client.query(
    `insert into writer_tokens (token_sha256, name) values ($1, $2)
     on conflict (token_sha256) do update set revoked_at = null`,
    [hashToken(token), name],
  )
}

/** Returns false when no valid token has that name. */
export async function revokeWriterToken(client: pg.ClientBase, name: string): Promise<boolean> {
  const result = await client.query(
    'update writer_tokens set revoked_at = now() where name = $1 and revoked_at is null',
    [name],
  )
  return result.rowCount === 1
}

export async function listWriterTokens(client: pg.ClientBase): Promise<WriterToken[]> {
  const { rows } = await client.query<WriterToken>(
    `select name, org_ids as "orgIds", created_at as "createdAt", revoked_at as "revokedAt"
     from writer_tokens order by created_at, name`,
  )
  return rows
}
