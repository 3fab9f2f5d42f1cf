// EventsCanvas misses the chart's very first drawing and would place its marks only at the next one. In: the chart's
// configuration. Out: another drawing of the caller, one frame after the chart is there.
import type { UPlotConfigBuilder } from '@grafana/ui'
import { useEffect, useState } from 'react'

export function useSecondDraw(config: UPlotConfigBuilder): void {
  const [, setDrawn] = useState<UPlotConfigBuilder>()
  useEffect(() => {
    const frame = requestAnimationFrame(() => setDrawn(config))
    return () => cancelAnimationFrame(frame)
  }, [config])
}
