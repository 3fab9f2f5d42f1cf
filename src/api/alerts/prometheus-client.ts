// Prometheus' API, as far as alert history needs it. In: its URL. Out: when each alert was firing, and what fires now.
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'

const SERIES = z.object({
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) }),
    ),
  }),
})

/** Evaluation times (Unix ms) at which one alert was firing, ascending. */
export interface FiringSamples {
  labels: Record<string, string>
  atMs: number[]
}

export type PrometheusClient = ReturnType<typeof createPrometheusClient>

export function createPrometheusClient(baseUrl: string, timeoutMs = 10_000) {
  return {
    /** Raw samples, not steps: an alert's start in Alertmanager is the time of its first firing sample to the millisecond. */
    firingSamples: async (windowMs: number): Promise<FiringSamples[]> => {
      const query = `ALERTS{alertstate="firing"}[${Math.ceil(windowMs / 1000)}s]`
      const url = `${baseUrl.replace(/\/$/, '')}/api/v1/query?${new URLSearchParams({ query })}`
      let response: Response
      try {
        response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
      } catch (cause) {
        throw new AppError('unavailable', `Prometheus does not answer at ${baseUrl}`, { cause })
      }
      if (!response.ok) throw new AppError('unavailable', `Prometheus refused with status ${response.status}`)
      return SERIES.parse(await response.json()).data.result.map(({ metric, values }) => {
        const { __name__: _name, alertstate: _state, ...labels } = metric
        return { labels, atMs: values.map(([seconds]) => Math.round(seconds * 1000)) }
      })
    },
  }
}
