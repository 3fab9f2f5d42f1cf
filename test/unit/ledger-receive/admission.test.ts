// The bound on what requests hold together: whoever does not fit is refused, and somebody always ends.
import { describe, expect, it } from 'vitest'
import { createAdmission, type Reservation } from '../../../src/ledger/receive/admission.ts'

const MAX = 100

/** Reservations of these sizes, all of which fit. */
function holding(...sizes: number[]) {
  const admission = createAdmission(MAX)
  const held = sizes.map((bytes) => admission.reserve(bytes) as Reservation)
  expect(admission.heldBytes).toBe(sizes.reduce((sum, bytes) => sum + bytes, 0))
  return { admission, held }
}

describe('the bound on held memory', () => {
  it('refuses a request that does not fit beside others, and takes it once they are gone', () => {
    const { admission, held } = holding(60)
    expect(admission.reserve(41)).toBeUndefined()
    expect(admission.heldBytes).toBe(60)
    held[0]?.release()
    expect(admission.reserve(41)).toBeDefined()
  })

  it('refuses growth beyond it, which changes nothing, and takes any that fits', () => {
    const { admission, held } = holding(50, 30)
    expect(held[0]?.resize(71)).toBe(false)
    expect(admission.heldBytes).toBe(80)
    expect(held[0]?.resize(70)).toBe(true)
    expect(held[0]?.resize(10)).toBe(true)
    expect(admission.heldBytes).toBe(40)
  })

  it('lets one that is alone hold whatever it needs, and nobody in beside it', () => {
    const { admission, held } = holding(1)
    expect(held[0]?.resize(5 * MAX)).toBe(true)
    expect(admission.reserve(1)).toBeUndefined()
    held[0]?.release()
    expect(admission.heldBytes).toBe(0)
    expect(admission.reserve(5 * MAX)).toBeDefined()
  })

  it('lets one of several that were received whole exceed it, and the next after that one ended', () => {
    const { admission, held } = holding(40, 40, 20)
    const [first, second] = held as [Reservation, Reservation]
    expect(first.resizeToEnd(90)).toBe(true)
    expect(second.resizeToEnd(90)).toBe(false)
    expect(first.resizeToEnd(95)).toBe(true)
    expect(admission.heldBytes).toBe(155)
    first.release()
    expect(second.resizeToEnd(90)).toBe(true)
  })

  it('is exceeded by no more than one request holds, whatever is asked in whatever order', () => {
    const admission = createAdmission(MAX)
    const open = new Set<Reservation>()
    let seed = 7
    const below = (max: number): number => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % max
    }
    const largest = 80
    let peak = 0
    for (let step = 0; step < 20_000; step++) {
      const any = [...open][below(open.size + 1)]
      const what = below(4)
      if (!any || what === 0) {
        const reserved = admission.reserve(below(largest))
        if (reserved) open.add(reserved)
      } else if (what === 1) any.resize(below(largest))
      else if (what === 2) any.resizeToEnd(below(largest))
      else {
        any.release()
        open.delete(any)
      }
      peak = Math.max(peak, admission.heldBytes)
      expect(admission.heldBytes).toBeLessThanOrEqual(MAX + largest)
    }
    // Control: the one that may exceed it did.
    expect(peak).toBeGreaterThan(MAX)
    for (const reservation of open) reservation.release()
    expect(admission.heldBytes).toBe(0)
  })
})
