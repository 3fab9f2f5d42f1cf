// `node bench/main.ts [--requests N] [--rounds N]`: the ledger's figures. Out: what was measured on, then one line a
// figure: name, value, target, `met` or `short`, separated by tabs.
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { median, percentile } from './cpu.ts'
import { decodeNanos } from './decode.ts'
import { type IngestRound, ingestRound, medianOf, paced } from './ingest.ts'
import { createReplay } from './replay.ts'
import { createStand } from './stand.ts'

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '100' }, rounds: { type: 'string', default: '3' } },
})
const requests = Number(values.requests)

const figure = (name: string, value: number, unit: string, target?: { atLeast?: number; atMost?: number }): void => {
  const met =
    target?.atLeast !== undefined ? value >= target.atLeast : value <= (target?.atMost ?? Number.POSITIVE_INFINITY)
  const wanted = target ? (target.atLeast !== undefined ? `>= ${target.atLeast}` : `<= ${target.atMost}`) : '-'
  console.log(
    [name, `${Number(value.toPrecision(4))} ${unit}`.trim(), wanted, target ? (met ? 'met' : 'short') : '-'].join('\t'),
  )
}

const stand = await createStand()
try {
  const [server] = await stand.query<{ version: string }>('postgres', 'select version()')
  console.log(
    `# ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
  )
  console.log(`# ${server?.version}`)
  console.log(
    `# ${requests} requests of 512 spans a round, medians of ${values.rounds} rounds, 8 senders; load generator, ledger and Postgres share the machine`,
  )
  const decode = decodeNanos(createReplay(7, 20))
  figure('decode, one pass', decode.ours / 1000, 'µs/span')
  figure('decode, protobufjs + flatten', decode.protobufjs / 1000, 'µs/span')
  figure('decode, times protobufjs + flatten', decode.protobufjs / decode.ours, '', { atLeast: 1.5 })

  const rounds: IngestRound[] = []
  for (let round = 1; round <= Number(values.rounds); round++) rounds.push(await ingestRound(stand, round, requests))
  figure('durable ingest over HTTP', medianOf(rounds, 'spansPerSecond'), 'spans/s')
  figure('server-side COPY FROM file, no roll-ups', medianOf(rounds, 'copySpansPerSecond'), 'spans/s')
  figure('server-side COPY FROM file, with roll-ups', medianOf(rounds, 'copyWithRollUpsSpansPerSecond'), 'spans/s')
  const ratio = (limit: 'copySpansPerSecond' | 'copyWithRollUpsSpansPerSecond') =>
    median(rounds.map((round) => round.spansPerSecond / round[limit]))
  figure('ingest, of COPY without roll-ups', ratio('copySpansPerSecond'), '', { atLeast: 0.75 })
  figure('ingest, of COPY with roll-ups', ratio('copyWithRollUpsSpansPerSecond'), '', { atLeast: 0.75 })
  const ledgerMicros = medianOf(rounds, 'ledgerMicrosPerSpan')
  const postgresMicros = medianOf(rounds, 'postgresMicrosPerSpan')
  figure('CPU of the ledger', ledgerMicros, 'µs/span')
  figure('CPU of Postgres', postgresMicros, 'µs/span')
  figure('CPU, ledger and Postgres', ledgerMicros + postgresMicros, 'µs/span', { atMost: 30 })
  figure('acknowledgement p99, full load', medianOf(rounds, 'p99Ms'), 'ms')
  figure('resident memory after a round', medianOf(rounds, 'residentBytes') / 2 ** 20, 'MiB', { atMost: 512 })

  const half = medianOf(rounds, 'spansPerSecond') / 2
  const p99s: number[] = []
  for (let round = 1; round <= Number(values.rounds); round++) {
    p99s.push(percentile(await paced(stand, round, Math.max(40, Math.round(requests / 2)), half), 0.99))
  }
  figure('acknowledgement p99, half load', median(p99s), 'ms', { atMost: 100 })
} finally {
  await stand.remove()
}
