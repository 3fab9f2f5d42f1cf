// The collector's list of senders that are bound to one organisation. In: `org:password` pairs, comma separated, as in
// `.env`. Out: htpasswd lines.
import { createHash, randomBytes } from 'node:crypto'

/** Salted SHA-1 is what the collector understands besides bcrypt; the passwords are long and random, so it is enough. */
export const sendersFile = (senders: string): string =>
  senders
    .split(',')
    .map((pair) => {
      const [org = '', password = ''] = pair.trim().split(':')
      const salt = randomBytes(8)
      const digest = createHash('sha1').update(password).update(salt).digest()
      return `${org}:{SSHA}${Buffer.concat([digest, salt]).toString('base64')}\n`
    })
    .join('')
