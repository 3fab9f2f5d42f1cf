// The supervisor with real processes: restart after a kill, nothing left after a stop, nothing left after the supervisor
// itself was killed and the next one (or `down`) came.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRequestFollower, requestStart, requestStop } from '../../stack/commands/requests.ts'
import { freePorts } from '../../stack/ports.ts'
import { endLeftovers } from '../../stack/supervisor/leftovers.ts'
import { liveSupervisor, readState } from '../../stack/supervisor/state-file.ts'
import { createSupervisor, type Supervisor } from '../../stack/supervisor/supervisor.ts'
import type { ServiceDefinition } from '../../stack/supervisor/types.ts'
import { pollUntil } from '../support/poll.ts'
import { twoServices } from '../support/two-services.ts'

let stateDir = ''
let ports = { front: 0, back: 0 }
let running: Supervisor | undefined
let child: ChildProcess | undefined

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'spanledger-supervisor-'))
  const { LEDGER_PORT, API_PORT } = await freePorts()
  ports = { front: LEDGER_PORT, back: API_PORT }
})

afterEach(async () => {
  child?.kill('SIGKILL')
  await running?.stop()
  await endLeftovers(stateDir)
  running = child = undefined
  rmSync(stateDir, { recursive: true, force: true })
})

const start = async () => {
  running = await createSupervisor({ stateDir, services: twoServices(ports.front, ports.back) })
  await running.whenSettled(AbortSignal.timeout(20_000))
  return running
}

const pidAt = async (port: number): Promise<number> => Number(await (await fetch(`http://127.0.0.1:${port}/`)).text())
const isListening = (port: number): Promise<boolean> =>
  pidAt(port).then(
    () => true,
    () => false,
  )

/** Processes whose environment names this state folder: the services and whatever they started. */
const processesOfStack = (): string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      if (readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) return false
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`STACK_STATE_DIR=${stateDir}`)
    } catch {
      return false
    }
  })

/** A supervisor in a process of its own, both services healthy. */
async function startElsewhere(): Promise<ChildProcess> {
  const script = resolve(import.meta.dirname, '../fixtures/stack/supervise-two.ts')
  const args = [script, stateDir, String(ports.front), String(ports.back)]
  child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')
  return child
}

async function killSupervisor(): Promise<void> {
  const supervisor = await startElsewhere()
  const exited = once(supervisor, 'exit')
  supervisor.kill('SIGKILL')
  await exited
}

test('starts in dependency order, shows state and url, and stops without leaving a process', async () => {
  const supervisor = await start()
  expect(supervisor.statuses()).toMatchObject([
    { name: 'front', state: 'healthy', restarts: 0, url: `http://127.0.0.1:${ports.front}` },
    { name: 'back', state: 'healthy', restarts: 0 },
  ])
  const [front, back] = supervisor.statuses()
  expect(front?.startedAtMs).toBeLessThan(back?.startedAtMs ?? 0)
  expect(readState(stateDir)?.services).toEqual(supervisor.statuses())
  expect(supervisor.logs('front')).toBe(`listening as ${front?.pid}\n`)
  expect(statSync(join(stateDir, 'logs')).mode & 0o777).toBe(0o700)
  expect(processesOfStack()).toHaveLength(4) // two services, each with a child

  await supervisor.stop()
  expect(processesOfStack()).toEqual([])
  expect(liveSupervisor(stateDir)).toBeUndefined()
})

test('restarts a killed service with all that was in its group, and counts it', async () => {
  const supervisor = await start()
  const before = await pidAt(ports.front)
  supervisor.kill('front')
  await pollUntil('front to run again as another process', async () => {
    expect(await pidAt(ports.front)).not.toBe(before)
    expect(supervisor.statuses()[0]).toMatchObject({ name: 'front', state: 'healthy', restarts: 1 })
  })
  expect(supervisor.statuses()[1]).toMatchObject({ name: 'back', state: 'healthy', restarts: 0 })
  expect(processesOfStack()).toHaveLength(4)
})

test('keeps a stopped service stopped until it is started', async () => {
  const supervisor = await start()
  await supervisor.stopService('front')
  expect(await isListening(ports.front)).toBe(false)
  expect(await isListening(ports.back)).toBe(true)
  supervisor.startService('front')
  await supervisor.whenHealthy('front', 10_000)
  expect(await isListening(ports.front)).toBe(true)
})

test('refuses a second supervisor on the same folder', async () => {
  await start()
  await expect(start()).rejects.toThrow(`already runs (process ${process.pid})`)
})

test('down ends what a killed supervisor left running', async () => {
  await killSupervisor()
  expect(processesOfStack()).toHaveLength(4)
  expect(await endLeftovers(stateDir)).toEqual(expect.arrayContaining(['back', 'front']))
  expect(processesOfStack()).toEqual([])
})

test('the next supervisor ends what a killed one left, and takes over its ports', async () => {
  await killSupervisor()
  const before = await pidAt(ports.front)
  const supervisor = await start()
  expect(await pidAt(ports.front)).toBe(supervisor.statuses()[0]?.pid)
  expect(await pidAt(ports.front)).not.toBe(before)
  expect(processesOfStack()).toHaveLength(4)
})

test('leaves a process alone that has got the number of a dead one', async () => {
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
  await killSupervisor()
  mkdirSync(join(stateDir, 'run'), { recursive: true })
  const record = {
    name: 'front',
    pid: stranger.pid,
    startedAt: 'another time',
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 1,
  }
  writeFileSync(join(stateDir, 'run', 'front.json'), JSON.stringify(record))
  await endLeftovers(stateDir)
  expect(processesOfStack()).toEqual([]) // found by their environment although the record was wrong
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
  stranger.kill('SIGKILL')
})

test('gives services none of our environment but what they need', async () => {
  process.env.SOMEBODYS_SECRET = 'x'
  const supervisor = await start()
  const environment = readFileSync(`/proc/${supervisor.statuses()[0]?.pid}/environ`, 'utf8')
  delete process.env.SOMEBODYS_SECRET
  expect(environment).toContain('PATH=')
  expect(environment).not.toContain('SOMEBODYS_SECRET')
})

describe('requests of other processes', () => {
  test('stop a service and start it again, and say what happens', async () => {
    const supervisor = await start()
    const follow = createRequestFollower(supervisor, stateDir)
    expect(requestStop(stateDir, 'front')).toBe('front is being stopped; `make start S=front` starts it again.')
    await pollUntil('front to be stopped', () => {
      follow()
      expect(supervisor.statuses()[0]?.state).toBe('stopped')
    })
    expect(requestStart(stateDir, 'front')).toBe('front is being started; `make status` shows when it is healthy.')
    await pollUntil('front to be healthy again', () => {
      follow()
      expect(supervisor.statuses()[0]?.state).toBe('healthy')
    })
  })

  test('try a failed service once more', async () => {
    const [front] = twoServices(ports.front, ports.back)
    const permit = join(stateDir, 'permit')
    const prepare = async () => {
      if (!existsSync(permit)) throw new Error('not yet')
    }
    running = await createSupervisor({ stateDir, services: [{ ...(front as ServiceDefinition), prepare }] })
    const supervisor = running
    const follow = createRequestFollower(supervisor, stateDir)
    await supervisor.whenSettled(AbortSignal.timeout(20_000))
    expect(supervisor.statuses()[0]).toMatchObject({ state: 'failed', detail: 'not yet' })
    writeFileSync(permit, '')
    follow()
    expect(supervisor.statuses()[0]?.state).toBe('failed')
    requestStart(stateDir, 'front')
    await pollUntil('front to be healthy', () => {
      follow()
      expect(supervisor.statuses()[0]?.state).toBe('healthy')
    })
    expect(readdirSync(join(stateDir, 'tried'))).toEqual([])
  })

  test('are refused when nothing runs, for a service that is none, and for one that is absent', async () => {
    const down = 'the stack is not running here; `make up` starts it'
    expect(() => requestStop(stateDir, 'front')).toThrow(down)
    const absent = { name: 'tempo', title: 'Tempo', absent: 'no tempo on PATH' }
    running = await createSupervisor({ stateDir, services: [...twoServices(ports.front, ports.back), absent] })
    createRequestFollower(running, stateDir)
    expect(() => requestStop(stateDir, 'fornt')).toThrow('no service "fornt"; services: front, back, tempo')
    expect(() => requestStart(stateDir, '')).toThrow('say which, S=<service>; services: front, back, tempo')
    expect(() => requestStop(stateDir, 'tempo')).toThrow('tempo does not run here: no tempo on PATH')
    expect(readdirSync(join(stateDir, 'held'))).toEqual([])
    await running.stop()
    expect(() => requestStop(stateDir, 'front')).toThrow(down)
  })
})
