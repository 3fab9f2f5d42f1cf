// How much the rows of a request repeat: a body says once what belongs to many records (the resource, the scope's name), and
// a row of each has it written out. In: the records. Out: characters.
import type { Attributes } from '../span.ts'
import { resourceJson } from '../write/resource-json.ts'

export interface Described {
  resource: Attributes
  scopeName: string
}

export function repeatedBytes(records: readonly Described[]): number {
  let total = 0
  let resource: Attributes | undefined
  let size = 0
  for (const record of records) {
    // Records of one resource follow one another.
    if (record.resource !== resource) {
      resource = record.resource
      size = resourceJson(resource)?.length ?? 0
    }
    total += size + record.scopeName.length
  }
  return total
}
