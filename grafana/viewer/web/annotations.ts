// Annotations of a dashboard. In: their stored queries. Out: data layers whose events every chart draws, each with a switch.
import { dataLayers, SceneDataLayerSet } from '@grafana/scenes'
import type { Dashboard } from '@grafana/schema'

/** Undefined when there are none; Grafana's built-in one lists what people wrote by hand, which there is none of here. */
export function createAnnotations(dashboard: Dashboard): SceneDataLayerSet | undefined {
  const queries = (dashboard.annotations?.list ?? []).filter(({ builtIn }) => !builtIn)
  if (queries.length === 0) return undefined
  return new SceneDataLayerSet({
    layers: queries.map(
      (query, index) =>
        new dataLayers.AnnotationsDataLayer({
          key: `annotations-${index}`,
          name: query.name,
          query: query as never,
          isEnabled: query.enable ?? true,
          isHidden: query.hide ?? false,
        }),
    ),
  })
}
