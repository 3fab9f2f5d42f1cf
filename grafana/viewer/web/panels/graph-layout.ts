// Places of nodes in a directed graph. In: node ids and edges. Out: a layer per node, from what nothing points at to what
// points at nothing, and its place within that layer.

export interface Edge {
  source: string
  target: string
}

/** Longest path from a root decides the layer; an edge that closes a circle is left out of account. */
export function layersOf(ids: string[], edges: Edge[]): string[][] {
  const targets = Map.groupBy(
    edges.filter(({ source, target }) => source !== target),
    ({ source }) => source,
  )
  const layer = new Map<string, number>()
  const visit = (id: string, depth: number, path: ReadonlySet<string>): void => {
    if (path.has(id) || depth <= (layer.get(id) ?? -1)) return
    layer.set(id, depth)
    for (const { target } of targets.get(id) ?? []) visit(target, depth + 1, new Set([...path, id]))
  }
  const pointedAt = new Set(edges.filter(({ source, target }) => source !== target).map(({ target }) => target))
  for (const id of ids.filter((candidate) => !pointedAt.has(candidate))) visit(id, 0, new Set())
  for (const id of ids) if (!layer.has(id)) visit(id, 0, new Set())
  const layers: string[][] = []
  for (const id of ids) {
    const index = layer.get(id) ?? 0
    while (layers.length <= index) layers.push([])
    layers[index]?.push(id)
  }
  return layers
}
