// The drill's short form, in a stack of its own; `make drill` runs every fault.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../drill/fault.ts'
import { FAULTS } from '../drill/faults.ts'
import { runBatch } from '../drill/run-fault.ts'
import { type StartedDrill, startDrill } from '../drill/start-drill.ts'

const byName = (name: string): Fault => {
  const fault = FAULTS.find((one) => one.name === name)
  if (!fault) throw new Error(`no fault ${name}`)
  return fault
}

describe('a fault is mailed as its own alert and no other, in time, and its end too', () => {
  let drill: StartedDrill | undefined
  beforeAll(async () => {
    drill = await startDrill()
  })
  afterAll(() => drill?.stop())

  const problemsOf = async (...faults: Fault[]) => {
    if (!drill) throw new Error('the drill is not running')
    const running = await runBatch(drill, faults)
    await Promise.all(running.map(({ resolved }) => resolved))
    return running.flatMap(({ report }) => report.problems)
  }

  const redis = byName('redis-stopped')
  const noRedis = redis.missing?.()

  test(`model errors${noRedis ? '' : ', and Redis stopped'}`, { timeout: 240_000 }, async () => {
    expect(await problemsOf(byName('model-errors'), ...(noRedis ? [] : [redis]))).toEqual([])
  })

  test('the collector stopped', { timeout: 240_000 }, async () => {
    expect(await problemsOf({ ...byName('collector-stopped'), lastsMs: 0 })).toEqual([])
  })

  if (noRedis) test.skip(`Redis stopped: ${noRedis}`, () => {})

  test('a fault that trips nothing is reported (control)', { timeout: 60_000 }, async () => {
    const nothing: Fault = { ...byName('healthy'), alert: 'Neo4jDown', mailTimeoutMs: 2_000 }
    expect((await problemsOf(nothing)).join()).toContain('waited 2000 ms for: the mail Neo4jDown')
  })
})
