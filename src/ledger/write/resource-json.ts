// A resource's JSON. All records of a resource share one object, so its text is made once.
import { ATTR } from '../../../instrumentation/semconv.ts'
import type { Attributes } from '../span.ts'
import { attributesJson } from './json-text.ts'

const texts = new WeakMap<Attributes, string | undefined>()
/** The service's name has a column of its own. */
const WITHOUT_SERVICE_NAME: ReadonlySet<string> = new Set([ATTR.serviceName])
const WITH_ALL: ReadonlySet<string> = new Set()

export function resourceJson(resource: Attributes): string | undefined {
  if (texts.has(resource)) return texts.get(resource)
  const named = typeof resource[ATTR.serviceName] === 'string' && (resource[ATTR.serviceName] as string).length <= 200
  const text = attributesJson(resource, named ? WITHOUT_SERVICE_NAME : WITH_ALL)
  texts.set(resource, text)
  return text
}
