// The guide to the price book in src/ledger/README.md: its SQL and its commands do what it says.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClients } from '../../support/database-clients.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const readme = readFileSync(new URL('../../../src/ledger/README.md', import.meta.url), 'utf8')
const guide = /\n## Prices: a guide for operators\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? ''
const blocks = (kind: string) =>
  [...guide.matchAll(new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text)

let database: TestDatabase
const clients = createClients()
const cli = (...args: string[]) => spanledger(database.ownerUrl, args)
const ratesOf = async (provider: string, model: string, at: string) =>
  (await cli('prices', 'list', '--provider', provider, '--model', model, '--at', at)).stdout.trim().split('\t').at(-1)

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await clients.end()
  await database?.drop()
})

test('its SQL, as the api’s login, adds prices with tiers and with hours', async () => {
  const api = await clients.connect(database.apiUrl)
  expect(blocks('sql')).toHaveLength(2)
  for (const block of blocks('sql')) await api.query(block)
  expect(await ratesOf('openai', 'gpt-sql', '2026-11-14')).toBe('input 2.5, input above 200000 5, output 10')
  expect(await ratesOf('openai', 'gpt-sql', '2026-11-13')).toBe('')
  expect(await ratesOf('deepseek', 'deepseek-sql', '2026-11-14T12:00:00Z')).toBe('input 0.56, output 1.68')
  for (const night of ['2026-11-14T16:30:00Z', '2026-11-14T23:59:59Z', '2026-11-15T00:29:59Z'])
    expect(await ratesOf('deepseek', 'deepseek-sql', night)).toBe('input 0.28, output 0.84')
  expect(await ratesOf('deepseek', 'deepseek-sql', '2026-11-15T00:30:00Z')).toBe('input 0.56, output 1.68')
})

test('its commands are spoken', async () => {
  const commands = (blocks('')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('spanledger '))
    .map((line) =>
      line
        .replace(/\s+#.*/, '')
        .replaceAll("'", '')
        .split(' ')
        .slice(1),
    )
  expect(commands).toHaveLength(3)
  await cli('prices', 'set', '--provider', 'openai', '--model', 'gpt-4o', '--input', '1')
  for (const command of commands) expect(await cli(...command)).toMatchObject({ code: 0, stderr: '' })
  expect(await ratesOf('openai', 'gpt-own-2', '2026-11-14')).toBe('input 2.5, input above 200000 5, output 10')
})

test('two numbers for one price are two prices, of which the later replaces the other', async () => {
  const api = await clients.connect(database.apiUrl)
  for (const [tokenClass, usd] of [
    ['input', 1],
    ['output', 2],
  ])
    await api.query(
      `insert into model_prices (price_version, provider, model_pattern, token_class, usd_per_million)
       values (nextval('price_versions'), 'openai', 'apart', $1, $2)`,
      [tokenClass, usd],
    )
  expect(await ratesOf('openai', 'apart', '2026-11-14')).toBe('output 2')
})
