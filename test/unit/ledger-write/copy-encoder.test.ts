// Binary numeric as Postgres reads it; the database tests show the same against the real thing.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CopyEncoder } from '../../../src/ledger/write/copy-encoder.ts'
import { runs } from '../../support/property-runs.ts'

/** Reads a binary numeric back into pico-USD. */
function decodeNumeric(bytes: Buffer): bigint {
  const groups = bytes.readInt16BE(0)
  const weight = bytes.readInt16BE(2)
  let value = 0n
  for (let i = 0; i < groups; i++) value += BigInt(bytes.readInt16BE(8 + i * 2)) * 10_000n ** BigInt(weight - i + 3)
  return bytes.readUInt16BE(4) === 0x4000 ? -value : value
}

it('writes any amount of money exactly', () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 30n), 10n ** 30n), (amount) => {
      const rows = new CopyEncoder(1, 64)
      const mark = rows.mark()
      rows.pico(amount)
      expect(decodeNumeric(rows.since(mark).subarray(4))).toBe(amount)
    }),
    runs(100),
  )
})

it('grows without losing what it holds', () => {
  const rows = new CopyEncoder(1, 32)
  for (let i = 0; i < 1000; i++) {
    rows.startRow()
    rows.text(`wert ${i} ü`)
  }
  const data = rows.finish()
  expect(data.toString('utf8')).toContain('wert 999 ü')
  expect(rows.rows).toBe(1000)
})
