import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCredentials, digestOf, issueKey, parseApiKeys } from '../../../src/demo/credentials.ts'
import type { DealGraph, GraphFact } from '../../../src/demo/graph/deal-graph.ts'
import { createGraphMemory, GraphRestingError } from '../../../src/demo/graph/graph-memory.ts'
import { createRateLimit } from '../../../src/demo/http/rate-limit.ts'
import { openJournal } from '../../../src/demo/workspace/journal.ts'
import { createPassageIndex } from '../../../src/demo/workspace/passage-index.ts'
import { createWorkspaces } from '../../../src/demo/workspace/workspaces.ts'

describe('credentials', () => {
  const parsed = parseApiKeys('acme:falcon:key-of-falcon, globex:atlas:key-of-atlas')
  const credentials = createCredentials(parsed.kind === 'ok' ? parsed.keys : [])

  it.each([
    ['Bearer key-of-falcon', { orgId: 'acme', dealId: 'falcon' }],
    ['bearer  key-of-atlas ', { orgId: 'globex', dealId: 'atlas' }],
    ['Bearer key-of-falcon2', undefined],
    ['Basic key-of-falcon', undefined],
    [undefined, undefined],
  ])('of %s are %o', (header, credential) => {
    expect(credentials.identify(header)).toEqual(credential)
  })

  it('issues keys that work and are kept as digests only', () => {
    const { secret, key } = issueKey({ orgId: 'acme', dealId: 'new' })
    expect(JSON.stringify(key)).not.toContain(secret)
    expect(key.digest).toBe(digestOf(secret))
    credentials.add(key)
    expect(credentials.identify(`Bearer ${secret}`)).toEqual({ orgId: 'acme', dealId: 'new' })
  })

  it.each(['acme:falcon', 'acme:falcon:short', 'ac me:falcon:12345678', 'a:b:12345678:more', ''])(
    'refuses the list %j without repeating it',
    (text) => {
      const refused = parseApiKeys(text)
      expect(refused.kind).toBe('invalid')
      if (refused.kind === 'invalid' && text) expect(refused.message).not.toContain(text)
    },
  )
})

describe('the passage index', () => {
  const index = createPassageIndex()
  for (const text of ['Revenue grew in Europe', 'Contracts with customers in Europe', 'The court will hear the case'])
    index.add(text)

  it('ranks the passage that shares rare words first', () => {
    expect(index.search('customer contract Europe', 5).map((hit) => hit.index)).toEqual([1, 0])
  })

  it('finds nothing for words nobody wrote, common words and empty questions', () => {
    for (const query of ['zebra', 'what is the', '', '   ']) expect(index.search(query, 5)).toEqual([])
  })

  it('keeps to what is accepted', () => {
    expect(index.search('Europe', 5, (position) => position === 0).map((hit) => hit.index)).toEqual([0])
  })
})

describe('the journal', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spanledger-journal-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const factsIn = async (path: string) => {
    const journal = await openJournal(path)
    await journal.close()
    return journal.facts
  }
  const correction = (id: string) =>
    ({ kind: 'correction', namespace: 'acme:falcon', id, text: 'ü', at: 'now' }) as const

  it('gives back what was appended, in order, also when appended at once', async () => {
    const first = await openJournal(folder)
    await Promise.all(['1', '2', '3'].map((id) => first.append(correction(id))))
    await first.close()
    expect(await factsIn(folder)).toEqual(['1', '2', '3'].map(correction))
  })

  it('passes over a line torn by a crash and loses none after it', async () => {
    const first = await openJournal(folder)
    await first.append(correction('1'))
    await first.close()
    await appendFile(join(folder, 'journal.jsonl'), '{"kind":"corr')
    const second = await openJournal(folder)
    expect(second.facts).toEqual([correction('1')])
    await second.append(correction('2'))
    await second.close()
    expect(await factsIn(folder)).toEqual([correction('1'), correction('2')])
    expect(await readFile(join(folder, 'journal.jsonl'), 'utf8')).toMatch(/\n$/)
  })
})

describe('the graph memory', () => {
  const fact: GraphFact = { from: { kind: 'company', name: 'A' }, relation: 'owns', to: { kind: 'company', name: 'B' } }

  /** A graph that can be switched off: the real one is tested with a real Neo4j in test/contract/demo-graph. */
  function switchable() {
    const saved: [string, number][] = []
    const state = { up: true, asked: 0 }
    const answer = () => {
      state.asked += 1
      if (!state.up) throw new Error('down')
    }
    const graph: DealGraph = {
      save: async (namespace, facts) => {
        answer()
        saved.push([namespace, facts.length])
      },
      factsAbout: async () => {
        answer()
        return [fact]
      },
      ping: async () => answer(),
      close: async () => {},
    }
    return { graph, saved, state }
  }

  it('keeps facts through an outage and writes them once', async () => {
    const { graph, saved, state } = switchable()
    let nowMs = 0
    const memory = createGraphMemory(graph, { clock: { nowMs: () => nowMs }, restMs: 1_000 })
    state.up = false
    memory.stage('acme:falcon', [fact])
    await expect(memory.flush('acme:falcon')).rejects.toThrow('down')
    memory.stage('acme:falcon', [fact, fact])
    state.up = true
    nowMs = 1_001
    await memory.flushAll()
    await memory.flushAll()
    expect(saved).toEqual([['acme:falcon', 3]])
  })

  it('leaves a failing graph alone for a moment', async () => {
    const { graph, state } = switchable()
    let nowMs = 0
    const memory = createGraphMemory(graph, { clock: { nowMs: () => nowMs }, restMs: 1_000 })
    state.up = false
    await expect(memory.factsAbout('a:b', 'x', 1)).rejects.toThrow('down')
    state.up = true
    nowMs = 999
    await expect(memory.factsAbout('a:b', 'x', 1)).rejects.toThrow(GraphRestingError)
    expect(state.asked).toBe(1)
    nowMs = 1_000
    expect(await memory.factsAbout('a:b', 'x', 1)).toEqual([fact])
  })
})

it('workspaces share nothing across deals, and keep a bounded memory of a conversation', () => {
  const workspaces = createWorkspaces()
  const falcon = workspaces.of({ orgId: 'acme', dealId: 'falcon' })
  expect(workspaces.of({ orgId: 'acme', dealId: 'falcon' })).toBe(falcon)
  for (let turn = 0; turn < 300; turn += 1) falcon.remember('c', { question: String(turn), answer: '' })
  expect(falcon.turnsOf('c')).toHaveLength(200)
  expect(falcon.turnsOf('c').at(-1)?.question).toBe('299')
  expect(workspaces.of({ orgId: 'globex', dealId: 'falcon' }).turnsOf('c')).toEqual([])
})

it('the rate limit lets a burst through, then the rate, each key for itself', () => {
  let nowMs = 0
  const admit = createRateLimit({ perSecond: 2, burst: 3, clock: { nowMs: () => nowMs } })
  expect([admit('a'), admit('a'), admit('a')].map(({ kind }) => kind)).toEqual(['admitted', 'admitted', 'admitted'])
  expect(admit('a')).toEqual({ kind: 'refused', retryAfterSeconds: 0.5 })
  expect(admit('b')).toEqual({ kind: 'admitted' })
  nowMs = 500
  expect(admit('a')).toEqual({ kind: 'admitted' })
})
