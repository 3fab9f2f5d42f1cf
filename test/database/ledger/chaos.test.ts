// The short form of the chaos suite: every fault of a ledger once. `make chaos` is the long one.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LEDGER_FAULTS } from '../../chaos/ledger-faults.ts'
import { createWorld, type World } from '../../chaos/world.ts'

const SEED = Number(process.env.SPANLEDGER_CHAOS_SEED ?? 1)
/** Processes start slowly on a busy machine. */
const TIMEOUT_MS = 180_000
let world: World

beforeAll(async () => {
  world = await createWorld()
}, TIMEOUT_MS)
afterAll(() => world?.remove())

it.each(Object.keys(LEDGER_FAULTS).map((fault, index) => [fault, SEED + index] as const))(
  'loses and doubles nothing: %s (seed %i)',
  async (fault, seed) => {
    const report = await world.cycle({ fault, seed })
    expect(report.problems).toEqual([])
    expect(report.acknowledged).toBeGreaterThan(100)
    if (!LEDGER_FAULTS[fault]?.mayPassUnnoticed) expect(report.interrupted).toBeGreaterThan(0)
  },
  TIMEOUT_MS,
)
