// Properties of single columns or series, as overrides by name take them.
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard'

/** Pixels that texts, and long names of figures, take: a table that is too narrow for them scrolls, and does not cut them off. */
const ROOM: Readonly<Record<string, number>> = {
  ...{ agent: 185, cache: 100, database: 100, department: 120, error: 370, feature: 150, intent: 160, model: 150 },
  ...{ name: 115, organisation: 105, owner: 135, provider: 95, summary: 440 },
  ...{ 'found nothing': 120, 'mean chunks': 110, 'mean size': 110, saved: 110 },
  ...{ 'prompt tokens a call': 160, 'prompt tokens before': 165 },
}

/** Units that stay as they are, so that figures of one column or chart compare at a glance. */
export const SECONDS = 'suffix:s'
export const MILLISECONDS = 'suffix:ms'

/** Column properties of a table. */
export const column = {
  unit: (id: string): DynamicConfigValue => ({ id: 'unit', value: id }),
  decimals: (count: number): DynamicConfigValue => ({ id: 'decimals', value: count }),
  width: (pixels: number): DynamicConfigValue => ({ id: 'custom.width', value: pixels }),
  /** Room for a text: a table that is too narrow scrolls, and does not cut it off. */
  least: (pixels: number): DynamicConfigValue => ({ id: 'custom.minWidth', value: pixels }),
  link: (title: string, url: string): DynamicConfigValue => ({ id: 'links', value: [{ title, url }] }),
  noValue: (text: string): DynamicConfigValue => ({ id: 'noValue', value: text }),
  percent: (): DynamicConfigValue[] => [column.unit('percentunit'), column.decimals(1)],
  /** Durations of requests, always in seconds: Grafana's own unit would round 2.14 s to 2 s and write 0.8 s as 834.00 ms. */
  seconds: (): DynamicConfigValue[] => [column.unit(SECONDS), column.decimals(2)],
  /** Durations of single steps. */
  ms: (): DynamicConfigValue[] => [column.unit(MILLISECONDS), column.decimals(0)],
  usd: (decimals = 2): DynamicConfigValue[] => [
    column.unit('currencyUSD'),
    column.decimals(decimals),
    column.noValue('unknown'),
  ],
  /** Money as text (kit/money.ts). */
  usdText: (): DynamicConfigValue[] => [column.noValue('unknown'), { id: 'custom.align', value: 'right' }],
  /** A time without the milliseconds that it does not have. */
  toTheSecond: (): DynamicConfigValue => column.unit('dateTimeAsIso'),
  /** Not shown, for links only; empty stays empty, because links take the text of a cell. */
  hidden: (): DynamicConfigValue[] => [
    { id: 'custom.hideFrom', value: { viz: true, legend: false, tooltip: false } },
    column.noValue(''),
  ],
  color: (name: string): DynamicConfigValue => ({ id: 'color', value: { mode: 'fixed', fixedColor: name } }),
  /** A word in place of the cell's value, which stays what links use. */
  text: (word: string): DynamicConfigValue => ({
    id: 'mappings',
    value: [{ type: 'regex', options: { pattern: '.+', result: { text: word, index: 0 } } }],
  }),
}

/** The columns of a table with room for their texts, where its query has such columns. */
export function withRoom(
  columns: Record<string, DynamicConfigValue[]>,
  sql: string,
): [name: string, properties: DynamicConfigValue[]][] {
  const roomy = Object.entries(ROOM).filter(([name]) => new RegExp(`\\b${name}\\b`).test(sql))
  const room = new Map(roomy.map(([name, pixels]) => [name, [column.least(pixels)]]))
  return [...new Set([...room.keys(), ...Object.keys(columns)])].map((name) => [
    name,
    [...(room.get(name) ?? []), ...(columns[name] ?? [])],
  ])
}
