// Faults of what the services stand on: a store or a service is stopped, and started again.
import { findProgram } from '../../../stack/services/find-program.ts'
import type { ServiceName } from '../../../stack/services.ts'
import type { Fault } from '../fault.ts'

const stopped = (service: ServiceName, startTimeoutMs = 60_000): Pick<Fault, 'inject' | 'undo'> => ({
  inject: ({ world }) => world.stack.stopService(service),
  undo: ({ world }) => world.stack.startService(service, startTimeoutMs),
})

export const DEPENDENCY_FAULTS: readonly Fault[] = [
  {
    name: 'neo4j-stopped',
    what: 'Neo4j is stopped',
    alert: 'Neo4jDown',
    ...stopped('neo4j', 120_000),
  },
  {
    name: 'redis-stopped',
    what: 'the Redis of an application is stopped',
    alert: 'RedisErrorsHigh',
    missing: () => (findProgram('redis-server') ? undefined : 'redis-server is not installed'),
    inject: ({ cache }) => cache.stopRedis(),
    undo: ({ cache }) => cache.startRedis(),
  },
  {
    name: 'vector-store-stopped',
    what: 'the vector store of an application is stopped',
    alert: 'VectorStoreErrorsHigh',
    inject: ({ cache }) => cache.stopVectorStore(),
    undo: ({ cache }) => cache.startVectorStore(),
  },
  {
    name: 'postgres-stopped',
    what: 'Postgres is stopped',
    alert: 'LedgerWritesFailing',
    ...stopped('postgres'),
    lastsMs: 50_000,
  },
  {
    name: 'ledger-stopped',
    what: 'the ledger is stopped',
    alert: 'ServiceDown',
    ...stopped('ledger'),
    lastsMs: 40_000,
  },
  {
    name: 'api-stopped',
    what: 'the api is stopped',
    alert: 'ServiceDown',
    ...stopped('api'),
    lastsMs: 40_000,
  },
]
