// What this process is. In: the machine and OTEL_RESOURCE_ATTRIBUTES. Out: resource detectors whose findings carry no
// secrets; the command line, which often holds some, is left out.
import type { AttributeValue } from '@opentelemetry/api'
import { getStringFromEnv, getStringListFromEnv } from '@opentelemetry/core'
import {
  type DetectedResource,
  envDetector,
  hostDetector,
  osDetector,
  processDetector,
  type ResourceDetector,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources'
import { redact } from '../content/redact.ts'

const DETECTORS: Record<string, ResourceDetector> = {
  serviceinstance: serviceInstanceIdDetector,
  process: processDetector,
  host: hostDetector,
  os: osDetector,
  env: envDetector,
}

const LEFT_OUT = new Set(['process.command', 'process.command_args', 'process.command_line', 'process.owner'])

/** All detectors, or those that OTEL_NODE_RESOURCE_DETECTORS names (`all`, `none`, or a list). */
export function createDetectors(): ResourceDetector[] {
  const names = getStringFromEnv('OTEL_NODE_RESOURCE_DETECTORS') && getStringListFromEnv('OTEL_NODE_RESOURCE_DETECTORS')
  const chosen = !names || names.includes('all') ? Object.keys(DETECTORS) : names
  return chosen.flatMap((name) => (DETECTORS[name] ? [cleaned(DETECTORS[name])] : []))
}

const cleaned = (detector: ResourceDetector): ResourceDetector => ({
  detect: (config): DetectedResource => {
    const { attributes = {}, ...rest } = detector.detect(config)
    const kept = Object.entries(attributes).filter(([key]) => !LEFT_OUT.has(key))
    return { ...rest, attributes: Object.fromEntries(kept.map(([key, value]) => [key, clean(value)])) }
  },
})

const clean = <T>(value: T): T | AttributeValue | Promise<unknown> => {
  if (typeof value === 'string') return redact(value)
  return value instanceof Promise ? value.then(clean) : value
}
