import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'dotenv'
import { expect, test } from 'vitest'
import { envExample } from '../../../stack/env-example.ts'
import { PORTS, SECRETS } from '../../../stack/settings.ts'

const text = envExample()

test('.env.example is current', () => {
  const committed = readFileSync(join(import.meta.dirname, '../../../.env.example'), 'utf8')
  expect(committed, 'out of date: run `node stack/main.ts env-example`').toBe(text)
})

test('changes nothing when copied as it is', () => {
  expect(parse(text)).toEqual({})
})

test('names every port and every secret, and what services let be changed, each once', () => {
  const names = [...text.matchAll(/^#([A-Z0-9_]+)=/gm)].map(([, name]) => name)
  expect(names).toEqual(expect.arrayContaining([...Object.keys(PORTS), ...Object.keys(SECRETS)]))
  expect(names).toEqual(
    expect.arrayContaining([
      'LEDGER_LOG_LEVEL',
      'TAIL_SAMPLING_SLOW_MS',
      'DEMO_MODEL_URL',
      'DEMO_MODEL',
      'TRAFFIC_REQUESTS_PER_MINUTE',
    ]),
  )
  expect(new Set(names).size).toBe(names.length)
})

test('leaves out what the stack itself decides, and gives no secret a value', () => {
  expect(text).not.toMatch(/^#(LEDGER_HOST|LEDGER_DATABASE_URL|DEMO_NEO4J_URL|API_DATABASE_URL)=/m)
  for (const name of Object.keys(SECRETS)) expect(text).toMatch(new RegExp(`^#${name}=$`, 'm'))
})
