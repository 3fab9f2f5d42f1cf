// Fills in `$variables` with the scene's values, as each data source expects them.
import type { ScopedVars } from '@grafana/data'
import { type SceneObject, sceneGraph, type VariableCustomFormatterFn } from '@grafana/scenes'

type Format = string | VariableCustomFormatterFn

const text = (value: unknown) => String(value ?? '')
const quoteSql = (value: unknown) => `'${text(value).replaceAll("'", "''")}'`
const escapeRegex = (value: unknown) => text(value).replace(/[.*+?^${}()|[\]\\]/g, '\\\\$&')

/** Postgres: each value quoted when the variable has several or "All", plain otherwise. */
export const sqlFormat: VariableCustomFormatterFn = (value, variable) => {
  if (Array.isArray(value)) return value.map(quoteSql).join(',')
  return variable.multi || variable.includeAll ? quoteSql(value) : text(value).replaceAll("'", "''")
}

/** Prometheus: a regular expression over all values. */
export const promqlFormat: VariableCustomFormatterFn = (value, variable) => {
  if (Array.isArray(value)) return value.length === 1 ? escapeRegex(value[0]) : `(${value.map(escapeRegex).join('|')})`
  return variable.multi || variable.includeAll ? escapeRegex(value) : text(value)
}

/** The scene object a request or link was made for, from its scoped variables. */
export function interpolate(target: string | undefined, scopedVars?: ScopedVars, format?: Format): string {
  const owner = (scopedVars?.__sceneObject?.value as { valueOf(): SceneObject } | undefined)?.valueOf()
  if (!owner || !target) return target ?? ''
  return sceneGraph.interpolate(owner, target, scopedVars, format)
}
