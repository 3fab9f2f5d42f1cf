// Properties of single columns or series, as overrides by name take them.
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard'

/** Units that stay as they are, so that figures of one column or chart compare at a glance. */
export const SECONDS = 'suffix:s'
export const MILLISECONDS = 'suffix:ms'

/** Column properties of a table. */
export const column = {
  unit: (id: string): DynamicConfigValue => ({ id: 'unit', value: id }),
  decimals: (count: number): DynamicConfigValue => ({ id: 'decimals', value: count }),
  width: (pixels: number): DynamicConfigValue => ({ id: 'custom.width', value: pixels }),
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
