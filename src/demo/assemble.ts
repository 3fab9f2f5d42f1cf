// Puts the demo app's parts together. In: its configuration. Out: the context for the routes, with what the journal
// remembers and the sample documents of the configured deals loaded.
import { createHash } from 'node:crypto'
import { systemClock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { DemoConfig } from './config.ts'
import type { DemoContext } from './context.ts'
import { type Credential, createCredentials } from './credentials.ts'
import { readDocument } from './documents/read-document.ts'
import { sampleDocuments, sampleFacts } from './documents/sample-documents.ts'
import { splitPassages } from './documents/split-passages.ts'
import { unpackVector } from './documents/take-in.ts'
import { createDealGraph } from './graph/deal-graph.ts'
import { findFacts } from './graph/find-facts.ts'
import { createGraphMemory } from './graph/graph-memory.ts'
import { createModelClient } from './model/model-client.ts'
import { type Fact, openJournal } from './workspace/journal.ts'
import { createWorkspaces, namespaceOf, type Workspace } from './workspace/workspaces.ts'

/** How long Neo4j is not asked again after it failed. */
const GRAPH_REST_MS = 1_000

export async function assembleDemo(config: DemoConfig, logger: Logger): Promise<DemoContext> {
  const journal = await openJournal(config.DEMO_STATE_DIR)
  const graph = createDealGraph({
    url: config.DEMO_NEO4J_URL,
    user: config.DEMO_NEO4J_USER,
    password: config.DEMO_NEO4J_PASSWORD,
    timeoutMs: config.DEMO_NEO4J_TIMEOUT_MS,
  })
  const context: DemoContext = {
    options: {
      chatTimeoutMs: config.DEMO_CHAT_TIMEOUT_MS,
      retrieval: config.DEMO_RETRIEVAL,
      maxUploadBytes: config.DEMO_MAX_UPLOAD_BYTES,
      requestsPerSecond: config.DEMO_REQUESTS_PER_SECOND,
      environment: config.DEMO_ENVIRONMENT,
      faults: config.DEMO_FAULTS,
    },
    credentials: createCredentials(config.DEMO_API_KEYS),
    workspaces: createWorkspaces(),
    graph,
    graphMemory: createGraphMemory(graph, { clock: systemClock, restMs: GRAPH_REST_MS }),
    models: createModelClient({
      url: config.DEMO_MODEL_URL,
      apiKey: config.DEMO_MODEL_API_KEY,
      model: config.DEMO_MODEL,
      provider: config.DEMO_MODEL_PROVIDER,
      embeddingModel: config.DEMO_EMBEDDING_MODEL,
      embeddingProvider: config.DEMO_EMBEDDING_PROVIDER,
      attempts: config.DEMO_MODEL_ATTEMPTS,
      timeoutMs: config.DEMO_MODEL_TIMEOUT_MS,
    }),
    journal,
    logger,
    clock: systemClock,
  }
  for (const credential of config.DEMO_API_KEYS) loadSamples(context, credential)
  for (const fact of journal.facts) recall(context, fact)
  return context
}

function loadSamples(context: DemoContext, credential: Credential): void {
  const workspace = context.workspaces.of(credential)
  if (workspace.documents.size > 0) return
  for (const { name, mediaType, text } of sampleDocuments(credential)) {
    const read = readDocument({ bytes: Buffer.from(text), mediaType, name })
    if (read.kind !== 'text') throw new Error(`sample document ${name}: ${read.message}`)
    const digest = createHash('sha256').update(read.text).digest('hex')
    const document = {
      id: `sample-${name}`,
      name,
      mediaType,
      uploadedAt: new Date(context.clock.nowMs()).toISOString(),
      digest,
    }
    workspace.addDocument(
      document,
      splitPassages(read.text).map((passage) => ({ ...passage, vector: undefined })),
    )
  }
  context.graphMemory.stage(workspace.namespace, sampleFacts(credential))
}

function recall(context: DemoContext, fact: Fact): void {
  if (fact.kind === 'deal') {
    context.credentials.add(fact.key)
    return
  }
  const workspace = workspaceOf(context, fact.namespace)
  if (!workspace) return
  if (fact.kind === 'correction') {
    workspace.corrections.push({ id: fact.id, text: fact.text, at: fact.at })
    return
  }
  const { id, name, mediaType, uploadedAt, digest, passages } = fact
  workspace.addDocument(
    { id, name, mediaType, uploadedAt, digest },
    passages.map((passage) => ({ ...passage, vector: unpackVector(passage.vector) })),
  )
  const text = passages.map((passage) => passage.text).join('\n')
  context.graphMemory.stage(workspace.namespace, findFacts(text, name))
}

/** Facts of a deal whose key is gone stay in the journal and are not loaded. */
function workspaceOf(context: DemoContext, namespace: string): Workspace | undefined {
  const credential = context.credentials.all().find((known) => namespaceOf(known) === namespace)
  return credential && context.workspaces.of(credential)
}
