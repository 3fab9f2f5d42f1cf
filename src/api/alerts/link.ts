// Signed, expiring links to one alert. In: an alert and a lifetime, or a token from a link. Out: a token (a JWT signed with
// a key derived from the api's secret), or the alert it stands for. A token for a link is no access token and the reverse.
import { createHash, hkdfSync } from 'node:crypto'
import { errors as joseErrors, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../../shared/clock.ts'
import { AppError } from '../../shared/errors.ts'
import type { LinkHolder } from './link-rights.ts'

export interface AlertKey {
  orgId: string
  fingerprint: string
  /** ISO 8601, as the database gives it. */
  startsAt: string
}

export interface LinkClaims extends AlertKey {
  /** Whom the link was given to; written as the actor of what is done with it. */
  actor: string
  /** Whose rights it has, at the time of its use. */
  holder: LinkHolder
  /** It was mailed to an admin, and is good as long as they are one. */
  mailed?: true | undefined
}

export interface Links {
  sign(claims: LinkClaims, lifetimeMs: number): Promise<string>
  /** @throws AppError `forbidden` when forged, altered or expired. */
  verify(token: string): Promise<LinkClaims>
}

const AUDIENCE = 'spanledger-alert-link'

/** @param secrets the first one signs; links signed with any other are accepted too, until it is taken off the list. */
export function createLinks(secrets: readonly [string, ...string[]], clock: Clock): Links {
  const keys = secrets.map(toKey) as [Key, ...Key[]]
  return {
    sign: ({ actor, ...alert }, lifetimeMs) =>
      new SignJWT({ ...alert })
        .setProtectedHeader({ alg: 'HS256', kid: keys[0].id })
        .setAudience(AUDIENCE)
        .setSubject(actor)
        .setExpirationTime(new Date(clock.nowMs() + lifetimeMs))
        .sign(keys[0].bytes),
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, ({ kid }) => keyNamed(keys, kid), {
          algorithms: ['HS256'],
          audience: AUDIENCE,
          requiredClaims: ['sub', 'exp', 'orgId', 'fingerprint', 'startsAt', 'holder'],
          currentDate: new Date(clock.nowMs()),
        })
        const { sub, orgId, fingerprint, startsAt, holder, mailed } = payload as unknown as LinkClaims & { sub: string }
        return { actor: sub, orgId, fingerprint, startsAt, holder, mailed }
      } catch (error) {
        const expired = error instanceof joseErrors.JWTExpired
        throw new AppError('forbidden', expired ? EXPIRED : FORGED)
      }
    },
  }
}

interface Key {
  /** Tells keys apart; says nothing about the secret. */
  id: string
  bytes: Uint8Array
}

function toKey(secret: string): Key {
  const bytes = new Uint8Array(hkdfSync('sha256', secret, '', AUDIENCE, 32))
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes }
}

function keyNamed(keys: Key[], id: string | undefined): Uint8Array {
  const key = keys.find((one) => one.id === id)
  if (!key) throw new joseErrors.JWKSNoMatchingKey()
  return key.bytes
}

const EXPIRED = 'this link has expired; open the newest mail about this alert, or sign in'
const FORGED = 'this link is not valid: it was altered or cut off; open it again from the mail, or sign in'
