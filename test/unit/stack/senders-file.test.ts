// The collector's senders file: who may sign in, and that nobody may without a password.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { sendersFile } from '../../../stack/services/senders-file.ts'

const PASSWORD = 'a-long:random-password'

/** As the collector checks it: SHA-1 over the password and the salt that stands behind the digest. */
function accepts(line: string, password: string): boolean {
  const hashed = Buffer.from(line.split('{SSHA}')[1] ?? '', 'base64')
  const digest = createHash('sha1').update(password).update(hashed.subarray(20)).digest()
  return digest.equals(hashed.subarray(0, 20))
}

test('writes one line a sender, with the whole password behind the first colon', () => {
  const lines = sendersFile(`acme:${PASSWORD}, globex:${PASSWORD}`).trimEnd().split('\n')
  expect(lines.map((line) => line.split(':')[0])).toEqual(['acme', 'globex'])
  for (const line of lines) {
    expect(accepts(line, PASSWORD)).toBe(true)
    expect(accepts(line, 'a-long')).toBe(false)
  }
  expect(lines[0]?.split(':')[1]).not.toBe(lines[1]?.split(':')[1])
})

test.each([
  ['a name without a password', `acme:${PASSWORD},globex`, 'entry 2 of 2 is not of the form organisation:password'],
  ['a comma at the end', `acme:${PASSWORD},`, 'entry 2 of 2 is not of the form organisation:password'],
  ['an empty password', 'acme:', 'entry 1 of 1 has a password of 0 characters'],
  ['a short password', 'acme:s3cret', 'entry 1 of 1 has a password of 6 characters'],
  ['no organisation', `:${PASSWORD}`, 'entry 1 of 1 is not of the form organisation:password'],
  ['an organisation that is no id', `acme inc:${PASSWORD}`, 'entry 1 of 1 is not of the form organisation:password'],
])('refuses %s, and says where without saying what', (_, senders, message) => {
  expect(() => sendersFile(senders)).toThrow(message)
  try {
    sendersFile(senders)
  } catch (error) {
    expect((error as Error).message).not.toMatch(/s3cret|random-password/)
  }
})
