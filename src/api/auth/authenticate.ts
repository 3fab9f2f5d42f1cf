// Sign-in. In: request headers. Out: a Caller with the memberships the database holds now, or `unauthenticated`.
// A token proves who somebody is; what they may do is always read from the members table, so a removed member is out at once.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'
import { errors as joseErrors, jwtVerify } from 'jose'
import { AppError } from '../../shared/errors.ts'
import { type Pool, withTransaction } from '../../shared/pg.ts'
import type { Caller, Role } from './caller.ts'

export const API_KEY_PREFIX = 'slk_'

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Compares in constant time, whatever the lengths. */
export const sameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())

export type Authenticate = (request: Request) => Promise<Caller>

/** @param jwtSecrets tokens signed with any of them are good. */
export function createAuthenticate(pool: Pool, jwtSecrets: readonly string[]): Authenticate {
  const keys = jwtSecrets.map((secret) => new TextEncoder().encode(secret))
  return async (request) => {
    const credential = credentialOf(request)
    if (!credential) throw new AppError('unauthenticated', 'send a JWT or an API key as `Authorization: Bearer …`')
    if (credential.startsWith(API_KEY_PREFIX)) return callerOfApiKey(pool, credential)
    return callerOfUser(pool, await userOfJwt(credential, keys))
  }
}

/** Bearer token, X-Api-Key, or the password of basic authentication (what Grafana's data sources can send). */
export function credentialOf(request: Request): string | undefined {
  const header = request.get('authorization') ?? ''
  const [scheme = '', value = ''] = header.split(/ +/, 2)
  if (/^bearer$/i.test(scheme) && value) return value
  if (/^basic$/i.test(scheme) && value) {
    const text = Buffer.from(value, 'base64').toString('utf8')
    return text.slice(text.indexOf(':') + 1) || undefined
  }
  return request.get('x-api-key') || undefined
}

async function userOfJwt(token: string, keys: readonly Uint8Array[]): Promise<string> {
  let expired = false
  for (const key of keys) {
    try {
      const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], requiredClaims: ['sub', 'exp'] })
      return String(payload.sub)
    } catch (error) {
      expired ||= error instanceof joseErrors.JWTExpired
    }
  }
  throw new AppError('unauthenticated', expired ? 'the token has expired; sign in again' : 'the token is not valid')
}

async function callerOfUser(pool: Pool, userId: string): Promise<Caller> {
  const { rows } = await withTransaction(pool, (client) =>
    client.query<{ org_id: string; role: Role }>('select org_id, role from organisations_of($1)', [userId]),
  )
  return { userId, via: 'jwt', memberships: new Map(rows.map((row) => [row.org_id, row.role])) }
}

async function callerOfApiKey(pool: Pool, apiKey: string): Promise<Caller> {
  const { rows } = await withTransaction(pool, (client) =>
    client.query<{ org_id: string; role: Role; name: string }>('select org_id, role, name from api_key_grant($1)', [
      sha256Hex(apiKey),
    ]),
  )
  const grant = rows[0]
  if (!grant) throw new AppError('unauthenticated', 'the API key is unknown, expired or revoked')
  return { userId: `key:${grant.name}`, via: 'api_key', memberships: new Map([[grant.org_id, grant.role]]) }
}
