// Repeated panels and rows. In: panels as stored, and the values a variable has now. Out: panels with one copy per value,
// each with its own value of that variable, and everything below moved down.

export interface GridPos {
  x: number
  y: number
  w: number
  h: number
}

export interface PanelModel {
  id?: number
  type: string
  title?: string
  gridPos?: GridPos
  repeat?: string
  repeatDirection?: 'h' | 'v'
  maxPerRow?: number
  collapsed?: boolean
  panels?: PanelModel[]
  /** The value of the repeated variable in this copy. */
  local?: { name: string; value: string; text: string }
  /** Distinguishes copies in the URL and in keys. */
  copy?: number
  [option: string]: unknown
}

export type Values = { value: string; text: string }[]

const COLUMNS = 24
const placeOf = (panel: PanelModel): GridPos => panel.gridPos ?? { x: 0, y: 0, w: 12, h: 8 }
const moved = (panel: PanelModel, rows: number): PanelModel => ({
  ...panel,
  gridPos: { ...placeOf(panel), y: placeOf(panel).y + rows },
})

/** Names of the variables that panels or rows repeat over. */
export const repeatedVariables = (panels: PanelModel[]): string[] =>
  [...new Set(panels.flatMap((panel) => [panel.repeat, ...(panel.panels ?? []).map((inner) => inner.repeat)]))].filter(
    (name): name is string => Boolean(name),
  )

export function expandRepeats(panels: PanelModel[], valuesOf: (variable: string) => Values): PanelModel[] {
  const expanded: PanelModel[] = []
  let shift = 0
  for (const section of toSections(panels)) {
    const { row, inner } = section
    const values = row?.repeat ? valuesOf(row.repeat) : [undefined]
    values.forEach((value, copy) => {
      const local = row?.repeat && value ? { name: row.repeat, ...value } : undefined
      const own = (panel: PanelModel): PanelModel => (local ? { ...panel, local, copy } : panel)
      const all = [...(row ? [row] : []), ...inner]
      const top = Math.min(...all.map((panel) => placeOf(panel).y))
      const bottom = Math.max(...all.map((panel) => placeOf(panel).y + placeOf(panel).h))
      if (copy > 0) shift += bottom - top
      if (row)
        expanded.push(own({ ...moved(row, shift), panels: expandPanels(row.panels ?? [], valuesOf).panels.map(own) }))
      const { panels: copies, grown } = expandPanels(inner, valuesOf)
      expanded.push(...copies.map((panel) => own(moved(panel, shift))))
      shift += grown
    })
  }
  return expanded
}

/** An open row is followed by its panels; a closed one holds them. */
function toSections(panels: PanelModel[]): { row?: PanelModel; inner: PanelModel[] }[] {
  const sections: { row?: PanelModel; inner: PanelModel[] }[] = []
  for (const panel of panels) {
    if (panel.type === 'row') sections.push({ row: panel, inner: [] })
    else if (sections.length > 0) sections.at(-1)?.inner.push(panel)
    else sections.push({ inner: [panel] })
  }
  return sections
}

function expandPanels(panels: PanelModel[], valuesOf: (variable: string) => Values) {
  const expanded: PanelModel[] = []
  let grown = 0
  for (const panel of [...panels].sort((a, b) => placeOf(a).y - placeOf(b).y)) {
    if (!panel.repeat) {
      expanded.push(moved(panel, grown))
      continue
    }
    const name = panel.repeat
    const values = valuesOf(name)
    const place = placeOf(panel)
    const perLine = panel.repeatDirection === 'v' ? 1 : Math.max(1, Math.min(panel.maxPerRow ?? 4, values.length))
    const width = panel.repeatDirection === 'v' ? place.w : Math.floor(COLUMNS / perLine)
    values.forEach((value, copy) => {
      const x = panel.repeatDirection === 'v' ? place.x : (copy % perLine) * width
      const y = place.y + grown + Math.floor(copy / perLine) * place.h
      expanded.push({ ...panel, local: { name, ...value }, copy, gridPos: { x, y, w: width, h: place.h } })
    })
    grown += Math.max(0, Math.ceil(values.length / perLine) - 1) * place.h
  }
  return { panels: expanded, grown }
}
