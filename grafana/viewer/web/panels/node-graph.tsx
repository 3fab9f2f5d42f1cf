// Nodes and the edges between them, from left to right. In: a frame `nodes` (id, title, mainstat, secondarystat, arc__*)
// and a frame `edges` (source, target, mainstat), as Grafana's node graph takes them.
import { type DataFrame, type Field, getDisplayProcessor, type PanelProps } from '@grafana/data'
import { useTheme2 } from '@grafana/ui'
import { Empty, hasValues } from './empty.tsx'
import { type Edge, layersOf } from './graph-layout.ts'
import { createPanel } from './plugin.ts'

const RADIUS_MAX_PX = 34

function NodeGraphPanel(props: PanelProps<object>) {
  const theme = useTheme2()
  const { data, width, height } = props
  const edgeFrame = data.series.find((frame) => fieldOf(frame, 'source') && fieldOf(frame, 'target'))
  const nodeFrame = data.series.find((frame) => frame !== edgeFrame && fieldOf(frame, 'id'))
  if (!nodeFrame || !hasValues(props)) return <Empty {...props} />
  const read = (frame: DataFrame | undefined, name: string, row: number): string => {
    const field = frame && fieldOf(frame, name)
    if (!field || field.values[row] === null || field.values[row] === undefined) return ''
    const shown = (field.display ?? getDisplayProcessor({ field, theme }))(field.values[row])
    return `${shown.prefix ?? ''}${shown.text}${shown.suffix ?? ''}`
  }
  const ids = [...(fieldOf(nodeFrame, 'id')?.values ?? [])].map(String)
  const edges: (Edge & { label: string })[] = Array.from({ length: edgeFrame?.length ?? 0 }, (_, row) => ({
    source: String(edgeFrame && fieldOf(edgeFrame, 'source')?.values[row]),
    target: String(edgeFrame && fieldOf(edgeFrame, 'target')?.values[row]),
    label: read(edgeFrame, 'mainstat', row),
  })).filter(({ source, target }) => ids.includes(source) && ids.includes(target))
  const layers = layersOf(ids, edges)
  const fullest = Math.max(...layers.map((layer) => layer.length))
  const radius = Math.max(8, Math.min(RADIUS_MAX_PX, height / fullest / 3.4, width / layers.length / 4))
  const place = new Map(
    layers.flatMap((layer, column) =>
      layer.map((id, row) => [
        id,
        { x: ((column + 0.5) * width) / layers.length, y: ((row + 0.5) * height) / layer.length - radius * 0.3 },
      ]),
    ),
  )
  const arcs = nodeFrame.fields.filter(({ name }) => name.startsWith('arc__'))
  return (
    <svg width={width} height={height} role="img" aria-label={`Graph of ${ids.length} nodes and ${edges.length} edges`}>
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0 8 4 0 8Z" fill={theme.colors.text.secondary} />
        </marker>
      </defs>
      {edges.map(({ source, target, label }) => {
        const [a, b] = [place.get(source), place.get(target)]
        if (!a || !b || source === target) return null
        const length = Math.hypot(b.x - a.x, b.y - a.y) || 1
        const [dx, dy] = [((b.x - a.x) / length) * (radius + 3), ((b.y - a.y) / length) * (radius + 3)]
        return (
          <g key={`${source}-${target}`}>
            <line
              x1={a.x + dx}
              y1={a.y + dy}
              x2={b.x - dx}
              y2={b.y - dy}
              stroke={theme.colors.text.secondary}
              markerEnd="url(#arrow)"
            />
            <text
              x={(a.x + b.x) / 2}
              y={(a.y + b.y) / 2 - 5}
              textAnchor="middle"
              fontSize={11}
              fill={theme.colors.text.secondary}
            >
              {label}
            </text>
          </g>
        )
      })}
      {ids.map((id, row) => {
        const { x, y } = place.get(id) ?? { x: 0, y: 0 }
        const title = read(nodeFrame, 'title', row) || id
        const href = fieldOf(nodeFrame, 'id')?.getLinks?.({ valueRowIndex: row })[0]?.href
        const node = (
          <g key={id} transform={`translate(${x} ${y})`}>
            <circle r={radius} fill={theme.colors.background.secondary} />
            <Ring arcs={arcs} row={row} radius={radius} />
            <text textAnchor="middle" y={-1} fontSize={11} fill={theme.colors.text.primary}>
              {read(nodeFrame, 'mainstat', row)}
            </text>
            <text textAnchor="middle" y={12} fontSize={10} fill={theme.colors.text.secondary}>
              {read(nodeFrame, 'secondarystat', row)}
            </text>
            <text textAnchor="middle" y={radius + 15} fontSize={12} fill={theme.colors.text.primary}>
              {title}
            </text>
          </g>
        )
        return href ? (
          <a key={id} href={href}>
            {node}
          </a>
        ) : (
          node
        )
      })}
    </svg>
  )
}

/** Shares of a node (`arc__*`, together 1) as a ring in their fields' colours; without shares a plain ring. */
function Ring({ arcs, row, radius }: { arcs: Field[]; row: number; radius: number }) {
  const theme = useTheme2()
  const around = 2 * Math.PI * radius
  if (arcs.length === 0) return <circle r={radius} fill="none" strokeWidth={2} stroke={theme.colors.primary.border} />
  let turned = 0
  return arcs.map((field) => {
    const share = Number(field.values[row] ?? 0)
    const from = turned
    turned += share
    return (
      <circle
        key={field.name}
        r={radius}
        fill="none"
        strokeWidth={4}
        stroke={theme.visualization.getColorByName(field.config.color?.fixedColor ?? 'green')}
        strokeDasharray={`${share * around} ${around}`}
        strokeDashoffset={-from * around}
        transform="rotate(-90)"
      />
    )
  })
}

const fieldOf = (frame: DataFrame, name: string) => frame.fields.find((field) => field.name.toLowerCase() === name)

export const nodeGraphPanel = createPanel({ component: NodeGraphPanel })
