// Fingerprints and episodes: the arithmetic behind reconciled history.
import { describe, expect, it } from 'vitest'
import { evaluationIntervalMs, toEpisodes } from '../../../src/api/alerts/episodes.ts'
import { fingerprintOf } from '../../../src/api/alerts/fingerprint.ts'
import { matchLabelsOf } from '../../../src/api/alerts/silences.ts'

describe('the fingerprint', () => {
  // From prometheus/common model/signature_test.go and labelset tests: the empty set is FNV's offset.
  it('of no labels is the offset of FNV-1a', () => {
    expect(fingerprintOf({})).toBe('cbf29ce484222325')
  })
  it('depends on every name and value, and not on their order', () => {
    const one = fingerprintOf({ alertname: 'A', org_id: 'acme' })
    expect(fingerprintOf({ org_id: 'acme', alertname: 'A' })).toBe(one)
    expect(fingerprintOf({ alertname: 'A', org_id: 'acme2' })).not.toBe(one)
    expect(fingerprintOf({ alertnameA: '', org_id: 'acme' })).not.toBe(one)
  })
})

describe('episodes', () => {
  const window = { fromMs: 0, toMs: 100_000, intervalMs: 1000 }
  it('break at a hole longer than three evaluations', () => {
    expect(toEpisodes([10_000, 11_000, 14_000, 18_000], window)).toEqual([
      { startMs: 10_000, lastMs: 14_000, ended: true, truncated: false },
      { startMs: 18_000, lastMs: 18_000, ended: true, truncated: false },
    ])
  })
  it('go on at the end of the window, and may have begun before its start', () => {
    expect(toEpisodes([1000, 2000], { ...window, toMs: 3000 })).toEqual([
      { startMs: 1000, lastMs: 2000, ended: false, truncated: true },
    ])
  })
  it('of no samples are none', () => expect(toEpisodes([], window)).toEqual([]))
  it('know the interval from the most frequent spacing', () => {
    expect(
      evaluationIntervalMs(
        [
          [0, 15_003, 30_001],
          [0, 15_000],
          [0, 60_000],
        ],
        1,
      ),
    ).toBe(15_000)
    expect(evaluationIntervalMs([[5]], 60_000)).toBe(60_000)
  })
})

describe('a silence', () => {
  it('is for the group’s labels, its alert name and its organisation', () => {
    expect(
      matchLabelsOf({ alert_name: 'A', group_labels: { alertname: 'A', org_id: 'acme' }, labels: { org_id: 'acme' } }),
    ).toEqual({ alertname: 'A', org_id: 'acme' })
  })
  it('of a platform alert does not cover the organisations’ alerts of the same name', () => {
    expect(matchLabelsOf({ alert_name: 'A', group_labels: {}, labels: { alertname: 'A' } })).toEqual({
      alertname: 'A',
      org_id: '',
    })
  })
})
