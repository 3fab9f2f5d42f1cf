// The deal's knowledge graph in Neo4j: companies, people, places and how they relate. In: a namespace with facts to
// keep, or with words to look up. Out: facts of that namespace only; every statement carries it as a parameter.
import neo4j, { type Driver, type ManagedTransaction } from 'neo4j-driver'

export interface GraphEntity {
  kind: 'company' | 'person' | 'place' | 'document'
  name: string
}

export interface GraphFact {
  from: GraphEntity
  relation: string
  to: GraphEntity
}

export interface DealGraph {
  /** Adds facts; adding them again changes nothing. */
  save(namespace: string, facts: readonly GraphFact[]): Promise<void>
  /** Facts about entities named in `text`, at most `limit`. */
  factsAbout(namespace: string, text: string, limit: number): Promise<GraphFact[]>
  /** Rejects when Neo4j does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** The look-up, as the span shows it. */
export const FACTS_QUERY = `
match (named:Entity {namespace: $namespace})
where toLower($text) contains toLower(named.name) or any(word in $words where toLower(named.name) contains word)
match (named)-[relation:RELATES {namespace: $namespace}]-(other:Entity {namespace: $namespace})
return distinct startNode(relation) as source, relation.name as relation, endNode(relation) as target
order by source.name, relation, target.name
limit $limit`

const SAVE_QUERY = `
unwind $facts as fact
merge (source:Entity {namespace: $namespace, name: fact.from.name}) on create set source.kind = fact.from.kind
merge (target:Entity {namespace: $namespace, name: fact.to.name}) on create set target.kind = fact.to.kind
merge (source)-[:RELATES {namespace: $namespace, name: fact.relation}]->(target)`

const CONSTRAINT = `
create constraint demo_entity_name if not exists
for (entity:Entity) require (entity.namespace, entity.name) is unique`

/** Nobody waits for a write, and the first one of a fresh Neo4j is slow. */
const WRITE_TIMEOUT_MS = 10_000

/** Shorter words match too much of a name. */
const MIN_WORD_LENGTH = 4
const wordsOf = (text: string) =>
  [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])]
    .filter((word) => word.length >= MIN_WORD_LENGTH)
    .slice(0, 50)

export function createDealGraph(options: {
  url: string
  user: string
  password: string
  timeoutMs: number
}): DealGraph {
  const { url, user, password, timeoutMs } = options
  const driver: Driver = neo4j.driver(url, neo4j.auth.basic(user, password), {
    connectionTimeout: timeoutMs,
    connectionAcquisitionTimeout: timeoutMs,
    // One retry at most: a question goes on without the graph rather than wait for it.
    maxTransactionRetryTime: Math.min(timeoutMs, 300),
    maxConnectionPoolSize: 20,
    // A connection that lay idle is checked before use, so that a restarted Neo4j costs no failed request.
    connectionLivenessCheckTimeout: 5_000,
    userAgent: 'spanledger-demo',
  })
  let constrained = false
  let warm = false

  async function run<T>(mode: 'READ' | 'WRITE', work: (transaction: ManagedTransaction) => Promise<T>): Promise<T> {
    const session = driver.session({ defaultAccessMode: mode })
    const boundMs = mode === 'READ' ? timeoutMs : WRITE_TIMEOUT_MS
    const settings = { timeout: boundMs }
    const working = mode === 'READ' ? session.executeRead(work, settings) : session.executeWrite(work, settings)
    // The driver's own bounds cover connecting and retrying, not a server that accepts and then says nothing.
    return within(working, boundMs).finally(() => void session.close().catch(() => undefined))
  }

  return {
    async save(namespace, facts) {
      if (facts.length === 0) return
      if (!constrained) {
        await run('WRITE', (transaction) => transaction.run(CONSTRAINT))
        constrained = true
      }
      await run('WRITE', (transaction) => transaction.run(SAVE_QUERY, { namespace, facts }))
      // A fresh Neo4j takes over a second to plan its first look-up: it is paid here, not by the first question.
      if (!warm) {
        const nothing = { namespace, text: '', words: [], limit: neo4j.int(1) }
        await run('WRITE', (transaction) => transaction.run(FACTS_QUERY, nothing))
        warm = true
      }
    },
    async factsAbout(namespace, text, limit) {
      const parameters = { namespace, text, words: wordsOf(text), limit: neo4j.int(limit) }
      const result = await run('READ', (transaction) => transaction.run(FACTS_QUERY, parameters))
      return result.records.map((record) => ({
        from: toEntity(record.get('source').properties),
        relation: String(record.get('relation')),
        to: toEntity(record.get('target').properties),
      }))
    },
    ping: async () => {
      await run('READ', (transaction) => transaction.run('return 1'))
    },
    close: () => driver.close(),
  }
}

const toEntity = (properties: GraphEntity): GraphEntity => ({ kind: properties.kind, name: properties.name })

export class GraphTimeoutError extends Error {
  override readonly name = 'GraphTimeoutError'
}

async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new GraphTimeoutError(`Neo4j did not answer within ${timeoutMs} ms`)), timeoutMs)
  })
  // Whatever the work does after it is late must not surface as an unhandled rejection.
  work.catch(() => undefined)
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
