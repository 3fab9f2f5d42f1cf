// Grafana's data frame JSON: what `POST /api/ds/query` answers with and what its frontend libraries read.

export type FieldType = 'time' | 'number' | 'string' | 'boolean' | 'other'

export interface FrameField {
  name: string
  type: FieldType
  labels?: Record<string, string>
  config?: Record<string, unknown>
}

export interface Frame {
  schema: { refId: string; name?: string; fields: FrameField[]; meta?: Record<string, unknown> }
  data: { values: unknown[][] }
}

/** One query as the browser sends it, variables already filled in. */
export interface Query {
  refId: string
  datasource: { uid: string; type?: string }
  intervalMs: number
  maxDataPoints: number
  [option: string]: unknown
}

/** The dashboard's time range, in milliseconds since the Unix epoch. */
export interface TimeRange {
  fromMs: number
  toMs: number
}
