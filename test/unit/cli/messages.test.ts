// What the command line says when something is wrong: the reason, and what to do; never a password.
import { expect, test } from 'vitest'
import { databaseUrl } from '../../../src/cli/database.ts'
import { describeError } from '../../../src/cli/describe-error.ts'
import { parseTime, parseTimeOrAlways } from '../../../src/cli/parse-time.ts'

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code })

test('a host name with several addresses is told as its reasons, not as an empty line', () => {
  const refused = ['::1', '127.0.0.1'].map((host) => withCode(`connect ECONNREFUSED ${host}:5432`, 'ECONNREFUSED'))
  expect(describeError(Object.assign(new AggregateError(refused), { code: 'ECONNREFUSED' }))).toBe(
    'connect ECONNREFUSED ::1:5432, connect ECONNREFUSED 127.0.0.1:5432: is Postgres up? SPANLEDGER_DATABASE_URL says where it is',
  )
})

test.each([
  ['a wrong password', withCode('password authentication failed for user "x"', '28P01'), /failed .*: .*who signs in$/],
  ['a login without the rights', withCode('permission denied to set role', '42501'), /superuser or of the owner/],
  ['a database without our schema', withCode('relation "members" does not exist', '42P01'), /spanledger migrate up$/],
  ['the reason behind a reason', new Error('failed', { cause: withCode('', 'ENOTFOUND') }), /^failed: is Postgres up/],
  ['an error of our own', new Error('no organisation nobody'), /^no organisation nobody$/],
  ['no error at all', 'words', /^words$/],
])('says what to do about %s', (_, error, message) => {
  expect(describeError(error)).toMatch(message)
})

test.each([
  ['not set', {}, /^SPANLEDGER_DATABASE_URL: required, but not set; write it like postgres:/],
  ['no URL', { SPANLEDGER_DATABASE_URL: 'host=db password=hunter2' }, /is no Postgres URL; write it like/],
  ['of something else', { SPANLEDGER_DATABASE_URL: 'mysql://root:hunter2@db' }, /is no Postgres URL/],
])('a database URL that is %s is refused without being shown', (_, env, message) => {
  expect(() => databaseUrl(env)).toThrow(message)
  expect(() => databaseUrl(env)).not.toThrow(/hunter2/)
})

test('times are days that exist, or moments with a zone', () => {
  expect(parseTime('2026-11-01')).toEqual(new Date('2026-11-01T00:00:00Z'))
  expect(parseTime('2028-02-29T09:30:00+02:00')).toEqual(new Date('2028-02-29T07:30:00Z'))
  expect(parseTimeOrAlways('always')).toBe(Number.NEGATIVE_INFINITY)
  for (const text of [
    '2026-02-30',
    '2026-04-31T10:00:00Z',
    '2026-02-29',
    '2026-13-01',
    '2026-11-01T09:30',
    'yesterday',
  ])
    expect(() => parseTime(text), text).toThrow('Write 2026-11-01 or 2026-11-01T09:30:00Z.')
})
