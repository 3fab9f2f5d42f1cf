// The short form of the chaos suite: every fault with a collector before the ledger once. `make chaos` is the long one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isBuilt } from '../../../stack/components.ts'
import { COLLECTOR_FAULTS } from '../../chaos/collector-faults.ts'
import { createWorld, type World } from '../../chaos/world.ts'

const SEED = Number(process.env.SPANLEDGER_CHAOS_SEED ?? 1)
/** Processes start slowly on a busy machine. */
const TIMEOUT_MS = 180_000
/** The collector 0.155 can lose here what it acknowledged (test/chaos/README.md, known gaps); the long form runs it. */
const SKIPPED = new Set(['disk-full'])

describe.skipIf(!isBuilt('collector'))('what the collector acknowledged arrives once', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  }, TIMEOUT_MS)
  afterAll(() => world?.remove())

  for (const [index, fault] of Object.keys(COLLECTOR_FAULTS).entries()) {
    it.skipIf(SKIPPED.has(fault))(
      `${fault} (seed ${SEED + index})`,
      async () => {
        const report = await world.cycle({ fault, seed: SEED + index })
        expect(report.problems).toEqual([])
        expect(report.acknowledged).toBeGreaterThan(100)
        expect(report.interrupted).toBeGreaterThan(0)
      },
      TIMEOUT_MS,
    )
  }
})
