// The short form of the chaos suite: every fault once. `node test/chaos/main.ts --cycles 500` is the long one.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FAULTS } from '../../chaos/faults.ts'
import { createWorld, type World } from '../../chaos/world.ts'

const SEED = Number(process.env.SPANLEDGER_CHAOS_SEED ?? 1)
/** These come from the sender's side or are over before a request notices. */
const MAY_PASS_UNNOTICED = new Set(['nothing', 'connections terminated by Postgres'])
let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world?.remove())

it.each(Object.keys(FAULTS).map((fault, index) => [fault, SEED + index] as const))(
  'loses and doubles nothing: %s (seed %i)',
  async (fault, seed) => {
    const report = await world.cycle(fault, seed, { traces: 120 })
    expect(report.problems).toEqual([])
    expect(report.acknowledged).toBeGreaterThan(100)
    if (!MAY_PASS_UNNOTICED.has(fault)) expect(report.interrupted).toBeGreaterThan(0)
  },
)
