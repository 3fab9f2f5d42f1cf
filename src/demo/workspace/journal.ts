// What the demo app must remember across restarts, one JSON line per fact. In: a folder and facts. Out: the facts of
// earlier runs, and a promise per new one that resolves once it is on disk. Without a folder: nothing is kept.
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ApiKey } from '../credentials.ts'

export type Fact =
  | { kind: 'deal'; orgId: string; dealId: string; name: string; key: ApiKey; at: string }
  | {
      kind: 'document'
      namespace: string
      id: string
      name: string
      mediaType: string
      uploadedAt: string
      digest: string
      /** `vector`: little-endian 32-bit floats in base64, where there is one. */
      passages: { heading: string; text: string; vector: string | null }[]
    }
  | { kind: 'correction'; namespace: string; id: string; text: string; at: string }

export interface Journal {
  facts: Fact[]
  append(fact: Fact): Promise<void>
  close(): Promise<void>
}

/** @throws when the folder cannot be created or the file cannot be read. A torn last line (a crash) is passed over. */
export async function openJournal(folder: string | undefined): Promise<Journal> {
  if (!folder) return { facts: [], append: async () => {}, close: async () => {} }
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'journal.jsonl')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const facts = text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Fact]
    } catch {
      return []
    }
  })
  const file = await open(path, 'a', 0o600)
  // A torn line must not swallow the next fact.
  if (text !== '' && !text.endsWith('\n')) await file.appendFile('\n')
  let last: Promise<unknown> = Promise.resolve()
  return {
    facts,
    append(fact) {
      const written = last.then(async () => {
        await file.appendFile(`${JSON.stringify(fact)}\n`)
        await file.datasync()
      })
      last = written.catch(() => undefined)
      return written
    },
    close: () => last.then(() => file.close()),
  }
}
