// The ledger's README against its code: every variable and metric is documented, and nothing else is.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ledgerShape } from '../../src/ledger/config.ts'
import { CLEAN_REASONS, REJECT_REASONS } from '../../src/ledger/decode/decoded.ts'
import { createMetrics } from '../../src/ledger/metrics.ts'

const readme = readFileSync(new URL('../../src/ledger/README.md', import.meta.url), 'utf8')

it('documents every configuration variable and its default', () => {
  const documented = new Set(readme.match(/\bLEDGER_[A-Z_]+/g))
  expect([...documented].sort()).toEqual(Object.keys(ledgerShape).sort())
  for (const [name, schema] of Object.entries(ledgerShape)) {
    const fallback = schema.safeParse(undefined)
    if (fallback.success) expect(readme, name).toContain(String(fallback.data))
  }
})

it('documents every metric of its own, and no other', () => {
  const names = createMetrics()
    .registry.getMetricsAsArray()
    .map(({ name }) => name)
    .filter((name) => name.startsWith('ledger_'))
  const documented = new Set(readme.match(/\bledger_[a-z_]+\b/g))
  expect([...documented].sort()).toEqual(names.sort())
})

it('documents every reason for which a record is rejected or repaired', () => {
  for (const reason of [...REJECT_REASONS, ...CLEAN_REASONS]) expect(readme).toContain(`\`${reason}\``)
})
