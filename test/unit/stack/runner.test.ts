// The life of one service against a fake clock and fake processes: every pause is asserted, none is waited for.
import { expect, test } from 'vitest'
import type { RunningProcess } from '../../../stack/supervisor/process-group.ts'
import { createRunner, type RunnerEffects } from '../../../stack/supervisor/runner.ts'
import type { ServiceDefinition, ServiceStatus } from '../../../stack/supervisor/types.ts'

const DEFINITION: ServiceDefinition = {
  name: 'ledger',
  title: 'Ledger',
  dependsOn: [],
  command: ['ledger'],
  cwd: '/',
  env: {},
  kind: 'service',
  probe: async () => {},
  startTimeoutMs: 10_000,
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 1_000,
}

/** What each start does: runs this long after becoming healthy, then ends with this code. `forever` never ends. */
type Run = { afterMs: number; code: number } | 'forever'

function simulate(definition: ServiceDefinition, runs: Run[]) {
  let nowMs = 0
  const sleepers: { atMs: number; wake: () => void }[] = []
  const states: string[] = []
  const started: number[] = []
  const ended: number[] = []
  const at = (atMs: number, wake: () => void) => sleepers.push({ atMs, wake })
  const effects: RunnerEffects = {
    async start() {
      const run = runs[started.length] ?? 'forever'
      started.push(nowMs)
      const exited: RunningProcess['exited'] = new Promise((resolve) => {
        if (run !== 'forever') at(nowMs + run.afterMs, () => resolve({ code: run.code, signal: null }))
      })
      return { pid: 1_000 + started.length, startedAt: 'then', exited }
    },
    end: async ({ pid }) => void ended.push(pid),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true })
        at(nowMs + ms, resolve)
      }),
    nowMs: () => nowMs,
    onChange: (status: ServiceStatus) => void states.push(status.state),
    reasonInLog: () => 'Error: no such table',
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    runner: createRunner(definition, effects),
    states,
    started,
    ended,
    async advance(ms: number) {
      const untilMs = nowMs + ms
      await settle()
      for (;;) {
        sleepers.sort((a, b) => a.atMs - b.atMs)
        const next = sleepers[0]
        if (!next || next.atMs > untilMs) break
        sleepers.shift()
        nowMs = next.atMs
        next.wake()
        await settle()
      }
      nowMs = untilMs
    },
  }
}

test('starts, probes and becomes healthy', async () => {
  const { runner, states, advance } = simulate(DEFINITION, [])
  runner.begin()
  await advance(0)
  expect(states).toEqual(['starting', 'starting', 'healthy'])
  expect(runner.status()).toMatchObject({ state: 'healthy', pid: 1001, restarts: 0, startedAtMs: 0 })
})

test('restarts what dies, with a pause that doubles, and counts the restarts', async () => {
  const dies: Run = { afterMs: 1_000, code: 1 }
  const { runner, started, advance } = simulate(DEFINITION, [dies, dies, dies, dies, 'forever'])
  runner.begin()
  await advance(20_000)
  expect(started).toEqual([0, 1_250, 2_750, 4_750, 7_750])
  expect(runner.status()).toMatchObject({ state: 'healthy', restarts: 4 })
})

test('counts from the beginning again after a steady minute', async () => {
  const dies: Run = { afterMs: 1_000, code: 1 }
  const { runner, started, advance } = simulate(DEFINITION, [dies, dies, { afterMs: 60_000, code: 1 }, dies])
  runner.begin()
  await advance(70_000)
  expect(started.slice(0, 4)).toEqual([0, 1_250, 2_750, 63_000])
})

test('never pauses longer than half a minute', async () => {
  const dies: Run = { afterMs: 1, code: 1 }
  const { runner, started, advance } = simulate(DEFINITION, Array<Run>(12).fill(dies))
  runner.begin()
  await advance(300_000)
  const pauses = started.slice(1).map((startMs, index) => startMs - (started[index] ?? 0) - 1)
  expect(Math.max(...pauses)).toBe(30_000)
})

test('gives up on a service that never was healthy, and says what it wrote', async () => {
  const probe = () => Promise.reject(new Error('connection refused'))
  const dies: Run = { afterMs: 10, code: 1 }
  const { runner, started, advance } = simulate({ ...DEFINITION, probe }, Array<Run>(9).fill(dies))
  runner.begin()
  await advance(60_000)
  expect(started).toHaveLength(4)
  expect(runner.status()).toMatchObject({ state: 'failed', detail: 'ended with code 1: Error: no such table' })
})

test('is failed when it is not healthy in time, and healthy when it is later', async () => {
  let up = false
  const probe = () => (up ? Promise.resolve() : Promise.reject(new Error('answers 503')))
  const { runner, advance } = simulate({ ...DEFINITION, probe }, [])
  runner.begin()
  await advance(9_000)
  expect(runner.status().state).toBe('starting')
  await advance(2_000)
  expect(runner.status()).toMatchObject({ state: 'failed', detail: 'not healthy after 10 s: answers 503' })
  up = true
  await advance(1_000)
  expect(runner.status().state).toBe('healthy')
})

test('is unhealthy after two failed probes, not after one, and is not restarted for it', async () => {
  let failures = 0
  const probe = () => (failures-- > 0 ? Promise.reject(new Error('answers 503')) : Promise.resolve())
  const { runner, states, started, advance } = simulate({ ...DEFINITION, probe }, [])
  runner.begin()
  await advance(0)
  failures = 1
  await advance(5_000)
  expect(states).not.toContain('unhealthy')
  failures = 2
  await advance(5_000)
  expect(states.slice(-2)).toEqual(['unhealthy', 'healthy'])
  expect(started).toHaveLength(1)
})

test('runs a task once and calls it done', async () => {
  const task = { ...DEFINITION, kind: 'task' as const }
  const { runner, started, advance } = simulate(task, [{ afterMs: 500, code: 0 }])
  runner.begin()
  await advance(10_000)
  expect(runner.status().state).toBe('done')
  expect(started).toEqual([0])
})

test('tries a failing task again, then calls it failed', async () => {
  const task = { ...DEFINITION, kind: 'task' as const }
  const { runner, started, advance } = simulate(task, Array<Run>(9).fill({ afterMs: 100, code: 3 }))
  runner.begin()
  await advance(60_000)
  expect(started).toHaveLength(4)
  expect(runner.status()).toMatchObject({ state: 'failed', detail: 'ended with code 3: Error: no such table' })
})

test('ends the process on request, stays stopped, and starts again on request', async () => {
  const { runner, started, ended, advance } = simulate(DEFINITION, [])
  runner.begin()
  await advance(0)
  await runner.stop()
  expect(ended).toEqual([1001])
  await advance(60_000)
  expect(runner.status()).toMatchObject({ state: 'stopped' })
  expect(runner.status().pid).toBeUndefined()
  runner.begin()
  await advance(0)
  expect(started).toHaveLength(2)
  expect(runner.status().state).toBe('healthy')
})
