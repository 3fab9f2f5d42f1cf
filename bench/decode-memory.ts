// The most memory one request can take while it is read and decoded. In: worst bodies at the limit, each in a process of
// its own. Out: the highest rise of resident memory; the body itself counts, and so does what V8 has not collected yet.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { MemoryCase } from './decode-memory-case.ts'
import type { FigureSet } from './figure-set.ts'
import { worstBodies } from './worst-bodies.ts'

const CASE = fileURLToPath(new URL('./decode-memory-case.ts', import.meta.url))
/** Body limit + 64 MiB. */
const BOUND_MIB = 20 + 64
const SAID = 5

export const decodeMemory: FigureSet = {
  title: 'Memory of one request at the body limit',
  minutes: () => 0.6,
  async run(_, report) {
    const directory = await mkdtemp(join(tmpdir(), 'spanledger-bench-'))
    const file = join(directory, 'body')
    const cases: MemoryCase[] = []
    const names = worstBodies(0).map(({ name }) => name)
    try {
      for (const [index, name] of names.entries()) {
        report.progress(index / names.length, name)
        await inProcess(String(index), file, 'build')
        cases.push(JSON.parse(await inProcess(String(index), file)))
      }
    } finally {
      await rm(directory, { recursive: true })
    }
    cases.sort((a, b) => b.peakBytes - a.peakBytes)
    report.note(
      `${cases.length} bodies of 20 MiB after decompression; resident memory above that before the body came; the highest ${SAID}:`,
    )
    for (const { name, outcome, peakBytes } of cases.slice(0, SAID)) {
      report.note(`${(peakBytes / 2 ** 20).toFixed(0)} MiB: ${name} (${outcome})`)
    }
    report.figure({
      name: 'memory of one request, worst of all',
      value: Math.max(...cases.map(({ peakBytes }) => peakBytes)) / 2 ** 20,
      unit: 'MiB',
      target: { atMost: BOUND_MIB },
    })
  },
}

async function inProcess(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', CASE, ...args])
  return stdout
}
