import { describe, expect, test } from 'vitest'
import { layersOf } from '../../../grafana/viewer/web/panels/graph-layout.ts'
import { niceTicks, timeTicks } from '../../../grafana/viewer/web/panels/scale.ts'
import { expandRepeats, type PanelModel, repeatedVariables } from '../../../grafana/viewer/web/repeats.ts'

const values = (...names: string[]) => names.map((name) => ({ value: name, text: name.toUpperCase() }))
const panel = (id: number, x: number, y: number, w: number, more: Partial<PanelModel> = {}): PanelModel => ({
  id,
  type: 'stat',
  gridPos: { x, y, w, h: 4 },
  ...more,
})
const places = (panels: PanelModel[]) =>
  panels.map(({ id, copy, local, gridPos }) => [id, copy ?? 0, local?.value ?? '', gridPos?.x, gridPos?.y, gridPos?.w])

describe('repeats', () => {
  test('panels side by side fill the width, wrap, and push down what follows', () => {
    const panels = [panel(1, 0, 0, 8, { repeat: 'org', maxPerRow: 2 }), panel(2, 0, 4, 24)]
    expect(places(expandRepeats(panels, () => values('a', 'b', 'c')))).toEqual([
      [1, 0, 'a', 0, 0, 12],
      [1, 1, 'b', 12, 0, 12],
      [1, 2, 'c', 0, 4, 12],
      [2, 0, '', 0, 8, 24],
    ])
  })

  test('panels below each other keep their width', () => {
    const panels = [panel(1, 6, 0, 8, { repeat: 'org', repeatDirection: 'v' })]
    expect(places(expandRepeats(panels, () => values('a', 'b')))).toEqual([
      [1, 0, 'a', 6, 0, 8],
      [1, 1, 'b', 6, 4, 8],
    ])
  })

  test('a row repeats with all panels up to the next row', () => {
    const row = (id: number, y: number, repeat?: string): PanelModel => ({
      id,
      type: 'row',
      gridPos: { x: 0, y, w: 24, h: 1 },
      ...(repeat ? { repeat } : {}),
    })
    const panels = [row(1, 0, 'org'), panel(2, 0, 1, 12), row(3, 5), panel(4, 0, 6, 12)]
    expect(places(expandRepeats(panels, () => values('a', 'b')))).toEqual([
      [1, 0, 'a', 0, 0, 24],
      [2, 0, 'a', 0, 1, 12],
      [1, 1, 'b', 0, 5, 24],
      [2, 1, 'b', 0, 6, 12],
      [3, 0, '', 0, 10, 24],
      [4, 0, '', 0, 11, 12],
    ])
  })

  test('without values nothing of it is drawn, and nothing else changes', () => {
    const panels = [panel(1, 0, 0, 8, { repeat: 'org' }), panel(2, 8, 0, 8)]
    expect(places(expandRepeats(panels, () => []))).toEqual([[2, 0, '', 8, 0, 8]])
    expect(repeatedVariables(panels)).toEqual(['org'])
  })
})

describe('axes', () => {
  test.each([
    [0, 10, 5, [0, 2, 4, 6, 8, 10]],
    [-1, 1, 4, [-1, -0.5, 0, 0.5, 1]],
    [0, 0.00045, 4, [0, 0.0002, 0.0004]],
    [3, 3, 4, [3]],
  ])('from %s to %s with room for %s', (min, max, count, ticks) => expect(niceTicks(min, max, count)).toEqual(ticks))

  test('time ticks stand at round times, with room for each', () => {
    const [from, to] = [Date.UTC(2026, 0, 1, 0, 7), Date.UTC(2026, 0, 1, 6, 7)]
    const ticks = timeTicks(from, to, 880)
    expect(ticks.map(({ atMs }) => new Date(atMs).getUTCMinutes())).toEqual(ticks.map(() => 0))
    expect(ticks.length).toBeLessThanOrEqual(8)
    expect(ticks.length).toBeGreaterThan(4)
  })
})

describe('node graph', () => {
  test('a node stands right of all that lead to it', () => {
    const edges = [
      { source: 'app', target: 'collector' },
      { source: 'collector', target: 'ledger' },
      { source: 'app', target: 'ledger' },
    ]
    expect(layersOf(['ledger', 'app', 'collector'], edges)).toEqual([['app'], ['collector'], ['ledger']])
  })

  test('circles and loners end, each node once', () => {
    const edges = [
      { source: 'a', target: 'b' },
      { source: 'b', target: 'a' },
      { source: 'c', target: 'c' },
    ]
    expect(layersOf(['a', 'b', 'c', 'd'], edges).flat().sort()).toEqual(['a', 'b', 'c', 'd'])
  })
})
