// Panels with the house's defaults. Every panel has a title, a description, a unit and a size; a panel that may be
// empty says why (`emptyText`), and a panel that must have data on a running stack is listed by the tests.
import { PanelBuilder as BarGaugePanel } from '@grafana/grafana-foundation-sdk/bargauge'
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import {
  DashboardLinkBuilder,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type Panel,
  PanelBuilder,
  SpecialValueMatch,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMap,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import { column, withRoom } from './column.ts'

/** Where a click on a value leads; with `oneClick` at once, else after a look at the tooltip. */
export interface PanelLink {
  title: string
  url: string
  oneClick?: boolean
}

export interface PanelSpec {
  title: string
  /** What the panel shows and how to read it. */
  description: string
  /** Grafana unit id, e.g. `currencyUSD`, `s`, `percentunit`. */
  unit: string
  queries: Builder<Dataquery>[]
  /** Grid columns of 24. */
  width: number
  /** Grid rows of about 30 px. */
  height: number
  /** Shown instead of an empty panel: why there may be nothing. */
  emptyText?: string
  /** Next hop when a value is clicked: title and URL with Grafana's `${__…}` variables. */
  link?: PanelLink
  decimals?: number
  thresholds?: Threshold[]
  /** Alerts whose figure the panel plots; the description names them, and a test wants one panel for each alert. */
  alerts?: string[]
  /** Text and colour for single values, e.g. 1 → up. */
  mappings?: ValueMap['options']
  /** What a bar without a value says, e.g. `unpriced`; without it, `emptyText`. */
  nullText?: string
}

interface CommonPanel {
  title(value: string): this
  description(value: string): this
  unit(value: string): this
  span(value: number): this
  height(value: number): this
  targets(value: Builder<Dataquery>[]): this
  noValue(value: string): this
  decimals(value: number): this
  dataLinks(value: DashboardLinkBuilder[]): this
  mappings(value: ValueMapping[]): this
  thresholds(value: Builder<ReturnType<ThresholdsConfigBuilder['build']>>): this
  build(): Panel
}

function withCommon<P extends CommonPanel>(panel: P, spec: PanelSpec): P {
  const { alerts = [] } = spec
  const named = alerts.length > 0 ? `\n\nAlerts: ${alerts.join(', ')}.` : ''
  panel
    .title(spec.title)
    .description(spec.description + named)
    .unit(spec.unit)
    .span(spec.width)
    .height(spec.height)
  panel.targets(spec.queries.map(withRefId))
  if (spec.emptyText) panel.noValue(spec.emptyText)
  if (spec.decimals !== undefined) panel.decimals(spec.decimals)
  if (spec.link) panel.dataLinks([dataLink(spec.link)])
  if (spec.mappings) panel.mappings([{ type: MappingType.ValueToText, options: spec.mappings }])
  if (spec.nullText) panel.mappings([nullIs(spec.nullText)])
  if (spec.thresholds) {
    panel.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(spec.thresholds))
  }
  return panel
}

/** Column of rankedBars that adds to the name of some rows. */
export const ADDED_TO_NAME = 'calls without a price'

const nullIs = (text: string): ValueMapping => ({
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text } },
})

/** The SDK's builder has no `oneClick`. */
const dataLink = ({ title, url, oneClick }: PanelLink): DashboardLinkBuilder => {
  const builder = new DashboardLinkBuilder(title).url(url)
  if (oneClick) Object.assign(builder, { build: () => ({ title, url, oneClick }) })
  return builder
}

const withRefId = (query: Builder<Dataquery>, index: number): Builder<Dataquery> => ({
  build: () => Object.assign(query.build(), { refId: String.fromCharCode(65 + index) }),
})

/** Lines over time. */
export const lines = (spec: PanelSpec): TimeseriesPanel => {
  const panel = withCommon(new TimeseriesPanel(), spec)
  // Without it, a share that is zero all along gets an axis up to 10 000 %.
  if (spec.unit === 'percentunit') panel.axisSoftMin(0).axisSoftMax(0.1)
  return panel
    .lineWidth(2)
    .fillOpacity(8)
    .showPoints(common.VisibilityMode.Auto)
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .legend(bottomLegend())
}

/** Lines over time with a dashed line where alerting begins. */
export const linesWithLimit = (spec: PanelSpec, ...limits: [value: number, color: string][]): TimeseriesPanel =>
  lines({ ...spec, thresholds: thresholdsFrom(...limits) }).thresholdsStyle(
    new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
  )

/** Stacked bars over time: parts of a whole per bucket. */
export const stackedBars = (spec: PanelSpec): TimeseriesPanel =>
  lines(spec)
    .drawStyle(common.GraphDrawStyle.Bars)
    .fillOpacity(70)
    .lineWidth(0)
    .min(0)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal))

/** One number, the last or the sum as the query gives it. */
export const stat = (spec: PanelSpec): StatPanel =>
  withCommon(new StatPanel(), spec)
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(spec.thresholds ? common.BigValueColorMode.Background : common.BigValueColorMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))

/** Rows of a query as a table; `columns` sets units, links and widths by column name. */
export const table = (spec: PanelSpec & { columns?: Record<string, DynamicConfigValue[]> }): TablePanel => {
  const panel = withCommon(new TablePanel(), spec).cellHeight(common.TableCellHeight.Sm)
  // Grafana writes noValue into empty cells as well; why the table is empty does not belong there.
  panel.overrideByRegexp('/.*/', [column.noValue('–')])
  const sql = JSON.stringify(spec.queries.map((query) => query.build()))
  for (const [name, properties] of withRoom(spec.columns ?? {}, sql)) panel.overrideByName(name, properties)
  return panel
}

/** One trace as a waterfall. The SDK has no builder for this panel. */
export const traceView = (spec: PanelSpec): PanelBuilder => withCommon(new PanelBuilder().type('traces'), spec)

/** Text in place of a number, as the query writes it. */
export const statText = (spec: Omit<PanelSpec, 'unit'>): StatPanel =>
  stat({ ...spec, unit: 'string' }).reduceOptions(firstOf('/.*/'))

/** One number, or text, beside its change against the period before; the query gives the columns `now` and `change`, a text. */
export const statWithChange = (spec: PanelSpec): StatPanel =>
  stat(spec)
    .colorMode(common.BigValueColorMode.Value)
    .textMode(common.BigValueTextMode.ValueAndName)
    .overrideByName('change', [column.unit('string'), column.color('text')])
    .reduceOptions(firstOf('/.*/'))

const firstOf = (fields: string) => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields(fields)

/** Horizontal bars, one per row of the query, the largest first. All texts of a row are its name; an empty one adds nothing. */
export const rankedBars = (spec: PanelSpec): BarGaugePanel =>
  withCommon(new BarGaugePanel(), spec)
    .overrideByRegexp(`^${ADDED_TO_NAME}$`, [column.noValue('')])
    .min(0)
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .namePlacement(common.BarGaugeNamePlacement.Top)
    // One colour: by name or by threshold, rows of one query would all be red.
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('blue'))
    .reduceOptions(new common.ReduceDataOptionsBuilder().values(true).calcs(['lastNotNull']))

const bottomLegend = () =>
  new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true)

/** Green below, then each step from its value on. */
export const thresholdsFrom = (...steps: [value: number, color: string][]): Threshold[] => [
  { value: null, color: 'green' },
  ...steps.map(([value, color]) => ({ value, color })),
]
