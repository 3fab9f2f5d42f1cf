import { describe, expect, test } from 'vitest'
import { csvFileName, toCsvText } from '../../../grafana/viewer/web/inspect/csv.ts'
import { toggled } from '../../../grafana/viewer/web/panels/legend-selection.ts'

describe('CSV', () => {
  const frame = {
    length: 2,
    fields: [
      { name: 'at', type: 'time', values: [0, 1_700_000_000_000] },
      { name: 'who, what', type: 'string', values: ['says "no"', '=HYPERLINK("x")'] },
      { name: 'cost', type: 'number', values: [0.000001, null] },
      { name: 'tags', type: 'other', values: [['a'], null] },
    ],
  }

  test('has raw values, ISO times, quoted texts, and no formula', () => {
    expect(toCsvText([frame], (field) => (field as { name: string }).name).split('\r\n')).toEqual([
      'at,"who, what",cost,tags',
      '1970-01-01T00:00:00.000Z,"says ""no""",0.000001,"[""a""]"',
      `2023-11-14T22:13:20.000Z,"'=HYPERLINK(""x"")",,`,
      '',
    ])
  })

  test('writes several frames one under the other', () => {
    expect(toCsvText([frame, frame], () => 'x').split('x,x,x,x').length).toBe(3)
  })

  test('names the file after the panel', () => {
    expect(csvFileName('By deal', new Date('2026-11-21T10:00:00Z'))).toBe('By deal-data-2026-11-21 10_00_00.csv')
  })
})

describe('a click on a name of the legend', () => {
  const ALL = ['a', 'b', 'c']
  test.each([
    ['shows it alone', [], 'b', false, ['a', 'c']],
    ['again shows all', ['a', 'c'], 'b', false, []],
    ['another one changes to that', ['a', 'c'], 'a', false, ['b', 'c']],
    ['with Ctrl takes it away', [], 'b', true, ['b']],
    ['with Ctrl adds it', ['a', 'c'], 'c', true, ['a']],
    ['with Ctrl on the last one shows all', ['a', 'c'], 'b', true, []],
  ])('%s', (_, hidden, label, append, expected) => {
    expect([...toggled(new Set(hidden), label, ALL, append)].sort()).toEqual(expected)
  })
})
