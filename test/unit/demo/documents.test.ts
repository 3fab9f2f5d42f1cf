import { describe, expect, it } from 'vitest'
import { parseCsv, rowsToText } from '../../../src/demo/documents/csv.ts'
import { formOf } from '../../../src/demo/documents/media-type.ts'
import { MAX_CHARACTERS, splitPassages } from '../../../src/demo/documents/split-passages.ts'
import { findFacts } from '../../../src/demo/graph/find-facts.ts'
import { dealIdFrom } from '../../../src/demo/routes/deals.ts'

describe('parseCsv', () => {
  it.each([
    [
      'commas',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'semicolons, as German spreadsheets write',
      'a;b\n1,5;2',
      [
        ['a', 'b'],
        ['1,5', '2'],
      ],
    ],
    [
      'tabs',
      'a\tb\n1\t2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'Windows line ends and a blank line',
      'a,b\r\n\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'quotes, doubled quotes and line ends within quotes',
      'a,b\n"x,""y""\nz",2',
      [
        ['a', 'b'],
        ['x,"y"\nz', '2'],
      ],
    ],
    [
      'empty cells',
      'a,b\n,\n"",',
      [
        ['a', 'b'],
        ['', ''],
        ['', ''],
      ],
    ],
  ])('reads %s', (_name, text, rows) => {
    expect(parseCsv(text)).toEqual({ kind: 'ok', rows })
  })

  it.each([
    ['a quote that is never closed', 'a,b\n"1,2', { line: 2, problem: 'a quote that is never closed' }],
    ['text after a closing quote', 'a,b\n"1"x,2', { line: 2, problem: 'text after a closing quote' }],
    ['too many columns', 'a,b\n1,2,3', { line: 2, problem: '3 columns where the first row has 2' }],
  ])('refuses %s', (_name, text, expected) => {
    expect(parseCsv(text)).toEqual({ kind: 'malformed', ...expected })
  })

  it('names columns in each row’s text', () => {
    expect(
      rowsToText([
        ['Customer', 'Revenue'],
        ['Northwind', '4.2'],
      ]),
    ).toBe('Customer: Northwind; Revenue: 4.2')
  })
})

it.each([
  ['text/plain', 'a.txt', 'text'],
  ['text/plain; charset=utf-8', 'notes.md', 'markdown'],
  ['text/csv', 'a.bin', 'csv'],
  ['application/octet-stream', 'a.CSV', 'csv'],
  ['application/octet-stream', 'a.docx', undefined],
  ['', 'readme.markdown', 'markdown'],
  ['image/png', 'a.md', undefined],
  ['', 'constructor', undefined],
])('formOf %s, %s is %s', (mediaType, name, form) => {
  expect(formOf(mediaType, name)).toBe(form)
})

describe('splitPassages', () => {
  it('keeps headings beside the text they stand over', () => {
    expect(splitPassages('# Lease\n\nIntro.\n\n## Rent\nTwelve.\n\n# Other\n\nLast.')).toEqual([
      { heading: 'Lease', text: 'Intro.' },
      { heading: 'Lease Rent', text: 'Twelve.' },
      { heading: 'Other', text: 'Last.' },
    ])
  })

  it('keeps a document of nothing but headings', () => {
    expect(splitPassages('# One\n\n# Two')).toEqual([{ heading: '', text: '# One # Two' }])
  })

  it('loses no character of long text and stays within the bound', () => {
    const sentence = 'The quick brown fox jumps over the lazy dog. '
    const text = sentence.repeat(100) + 'x'.repeat(3 * MAX_CHARACTERS)
    const passages = splitPassages(text)
    for (const passage of passages) expect(passage.text.length).toBeLessThanOrEqual(MAX_CHARACTERS)
    const squeeze = (value: string) => value.replace(/\s/g, '')
    expect(squeeze(passages.map((passage) => passage.text).join(''))).toBe(squeeze(text))
  })
})

describe('findFacts', () => {
  it('finds who does what to whom, and where it was said', () => {
    const document = { kind: 'document', name: 'a.md' }
    const company = (name: string) => ({ kind: 'company', name })
    expect(
      findFacts('The Okada Motors supplies Falcon Robotics. Mara Lindqvist leads Falcon Robotics.', 'a.md'),
    ).toEqual([
      { from: company('Okada Motors'), relation: 'supplies', to: company('Falcon Robotics') },
      { from: document, relation: 'mentions', to: company('Okada Motors') },
      { from: { kind: 'person', name: 'Mara Lindqvist' }, relation: 'leads', to: company('Falcon Robotics') },
      { from: document, relation: 'mentions', to: { kind: 'person', name: 'Mara Lindqvist' } },
    ])
    expect(findFacts('nobody owns anything here.', 'a.md')).toEqual([])
  })
})

it.each([
  ['Project Falcon', 'project-falcon'],
  ['Café Müller & Söhne', 'cafe-muller-sohne'],
  ['  --  a  --  ', 'a'],
])('dealIdFrom %s is %s', (name, id) => {
  expect(dealIdFrom(name)).toBe(id)
})

it('gives a name in another script an id of its own', () => {
  expect(dealIdFrom('東京')).toMatch(/^deal-[0-9a-f]{8}$/)
})
