// One worst body decoded in a process of its own. In: its number. Out, as JSON: how far resident memory rose above that
// of the process before it had the body, at its peak.
import { createReadStream, statSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createDecoder } from '../src/ledger/decode/decoder.ts'
import { createAdmission, type Reservation } from '../src/ledger/receive/admission.ts'
import { readBody } from '../src/ledger/receive/body.ts'
import { peakResidentBytes, residentBytes } from './machine.ts'
import { worstBodies } from './worst-bodies.ts'

export interface MemoryCase {
  name: string
  outcome: string
  peakBytes: number
}

const MAX_BODY_BYTES = 20 * 1024 * 1024
const WARM_UP_BODY_BYTES = 128 * 1024
const WARM_UP_ROUNDS = 20
const file = process.argv[3] as string
const chosen = worstBodies(MAX_BODY_BYTES)[Number(process.argv[2])]
if (!chosen) throw new Error(`no case ${process.argv[2]}`)

if (process.argv[4] === 'build') {
  writeFileSync(file, chosen.body())
} else {
  const decoder = createDecoder()
  // Code is loaded and compiled, and the young generation has its size, before the count begins.
  const small = worstBodies(WARM_UP_BODY_BYTES)[Number(process.argv[2])]?.body() as Buffer
  for (let round = 0; round < WARM_UP_ROUNDS; round++) decoder[chosen.signal](small, chosen.encoding)
  globalThis.gc?.()
  writeFileSync('/proc/self/clear_refs', '5')
  const before = residentBytes(process.pid)
  const stream = Object.assign(createReadStream(file), { headers: { 'content-length': String(statSync(file).size) } })
  const read = await readBody(
    stream as unknown as IncomingMessage,
    chosen.contentEncoding ?? 'identity',
    MAX_BODY_BYTES,
    createAdmission(MAX_BODY_BYTES).reserve(0) as Reservation,
  )
  let outcome: string = read.kind
  if (read.kind === 'body') {
    const decoded = decoder[chosen.signal](read.bytes, chosen.encoding)
    outcome =
      decoded.kind === 'decoded' ? `${decoded.decoded.items.length} records` : `${decoded.kind}: ${decoded.message}`
  }
  const result: MemoryCase = {
    name: `${chosen.contentEncoding ?? chosen.encoding}, ${chosen.name}`,
    outcome,
    peakBytes: peakResidentBytes(process.pid) - before,
  }
  console.log(JSON.stringify(result))
}
