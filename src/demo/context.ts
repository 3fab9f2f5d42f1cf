// What the routes of the demo app work with; put together in main.ts and in tests.
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { RetrievalMode } from './answer/retrieve.ts'
import type { Credentials } from './credentials.ts'
import type { DealGraph } from './graph/deal-graph.ts'
import type { GraphMemory } from './graph/graph-memory.ts'
import type { ModelClient } from './model/model-client.ts'
import type { Journal } from './workspace/journal.ts'
import type { Workspaces } from './workspace/workspaces.ts'

export interface DemoOptions {
  chatTimeoutMs: number
  retrieval: RetrievalMode
  maxUploadBytes: number
  requestsPerSecond: number
  environment: string
  /** Whether a request's X-Model-Behaviour header is passed on to the model server. */
  faults: boolean
}

export interface DemoContext {
  options: DemoOptions
  credentials: Credentials
  workspaces: Workspaces
  graph: DealGraph
  graphMemory: GraphMemory
  models: ModelClient
  journal: Journal
  logger: Logger
  clock: Clock
}
