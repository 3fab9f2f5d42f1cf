// The collector's list of senders that are bound to one organisation. In: `org:password` pairs, comma separated, as in
// `.env`. Out: htpasswd lines.
import { createHash, randomBytes } from 'node:crypto'
import { isTenantId } from '../../src/shared/ids.ts'

/** Salted SHA-1 is what the collector understands besides bcrypt; for passwords that are long and random it is enough. */
const MIN_PASSWORD_LENGTH = 16

/** @throws Error that says which entry is wrong, never what it holds: a pair without a password would open to anybody. */
export function sendersFile(senders: string): string {
  const pairs = senders.split(',')
  const lines = pairs.map((pair, index) => {
    const [, org = '', password = ''] = /^([^:]*):(.*)$/.exec(pair.trim()) ?? []
    const where = `COLLECTOR_SENDERS: entry ${index + 1} of ${pairs.length}`
    if (!isTenantId(org)) throw new Error(`${where} is not of the form organisation:password`)
    if (password.length < MIN_PASSWORD_LENGTH) {
      throw new Error(
        `${where} has a password of ${password.length} characters; take a random one of at least ${MIN_PASSWORD_LENGTH}`,
      )
    }
    return line(org, password)
  })
  return lines.join('')
}

function line(org: string, password: string): string {
  const salt = randomBytes(8)
  const digest = createHash('sha1').update(password).update(salt).digest()
  return `${org}:{SSHA}${Buffer.concat([digest, salt]).toString('base64')}\n`
}
