// Takes a document into a deal: parse, chunk, embed, graph, each a stage of the run. In: a file. Out: the document,
// kept on disk before the caller hears of it. Without embeddings it is found by its words; without the graph its facts
// follow when Neo4j is back; both are said.
import { createHash, randomUUID } from 'node:crypto'
import type { FeatureRun } from '../../../instrumentation/index.ts'
import { AppError } from '../../shared/errors.ts'
import type { DemoContext } from '../context.ts'
import { findFacts } from '../graph/find-facts.ts'
import type { Document, Workspace } from '../workspace/workspaces.ts'
import { readDocument } from './read-document.ts'
import { splitPassages, type TextPassage } from './split-passages.ts'

/** Documents one deal may hold. */
const MAX_DOCUMENTS = 1_000

export interface TakenIn {
  document: Document
  /** True when the same text under the same name was there already; nothing was added. */
  duplicate: boolean
  degraded: { part: 'graph' | 'embeddings'; message: string }[]
}

export interface TakeInWork {
  run: FeatureRun
  signal: AbortSignal
  behaviour: string | undefined
}

export async function takeIn(
  context: DemoContext,
  workspace: Workspace,
  file: { bytes: Buffer; mediaType: string; name: string },
  { run, signal, behaviour }: TakeInWork,
): Promise<TakenIn> {
  run.setMetadata({ file_bytes: file.bytes.length, media_type: file.mediaType })
  const text = await run.stage('parse', () => textOf(file))
  const digest = createHash('sha256').update(text).digest('hex')
  const known = [...workspace.documents.values()].find((item) => item.digest === digest && item.name === file.name)
  if (known) return { document: known, duplicate: true, degraded: [] }
  if (workspace.documents.size >= MAX_DOCUMENTS) {
    throw new AppError('unprocessable', `This deal holds ${MAX_DOCUMENTS} documents already, the most it can hold.`)
  }
  const passages = await run.stage('chunk', () => splitPassages(text))
  const degraded: TakenIn['degraded'] = []
  const vectors = await run
    .stage('embed', () => context.models.embedPassages(passages.map(toEmbed), { signal, behaviour }))
    .catch((): undefined => {
      signal.throwIfAborted()
      run.degrade('embeddings unavailable')
      degraded.push({ part: 'embeddings', message: 'The document is found by its words only; upload it again later.' })
      return undefined
    })
  const uploadedAt = new Date(context.clock.nowMs()).toISOString()
  const document = { id: randomUUID(), name: file.name, mediaType: file.mediaType, uploadedAt, digest }
  await context.journal.append({
    kind: 'document',
    namespace: workspace.namespace,
    ...document,
    passages: passages.map((passage, index) => ({ ...passage, vector: packVector(vectors?.[index]) })),
  })
  workspace.addDocument(
    document,
    passages.map((passage, index) => ({ ...passage, vector: vectors?.[index] })),
  )
  context.graphMemory.stage(workspace.namespace, findFacts(text, file.name))
  await run
    .stage('graph', () => context.graphMemory.flush(workspace.namespace))
    .catch(() => {
      run.degrade('graph unavailable')
      degraded.push({ part: 'graph', message: 'The knowledge graph is unavailable; its facts follow when it is back.' })
    })
  run.setMetadata({ passages: passages.length })
  return { document: { ...document, passageCount: passages.length }, duplicate: false, degraded }
}

function textOf(file: { bytes: Buffer; mediaType: string; name: string }): string {
  const read = readDocument(file)
  if (read.kind === 'text') return read.text
  const code = read.reason === 'unsupported' ? 'unsupported_media_type' : 'unprocessable'
  throw new AppError(code, read.message, { details: { reason: read.reason } })
}

const toEmbed = ({ heading, text }: TextPassage): string => (heading ? `${heading}\n${text}` : text)

const packVector = (vector: Float32Array | undefined): string | null =>
  vector ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64') : null

/** A vector as the journal keeps it. */
export function unpackVector(packed: string | null): Float32Array | undefined {
  if (packed === null) return undefined
  const bytes = Buffer.from(packed, 'base64')
  // A copy, because a pooled buffer need not start on a multiple of four.
  return new Float32Array(new Uint8Array(bytes).buffer)
}
