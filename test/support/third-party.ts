// Starts a real third-party program for a test: free ports, its output kept, killed with the test.
// In: a program's path, arguments, environment. Out: a handle to wait on, stop or kill.
import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type ListenOptions, type Server } from 'node:net'
import { promisify } from 'node:util'

/** Below the range from which Linux takes the local ports of outgoing connections: nobody gets one of these by chance. */
const FIRST_PORT = 16_384
const LAST_PORT = 32_767

/** Free TCP ports on loopback. All are held until all are known, so they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, holdFreePort))
  const ports = held.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

async function holdFreePort(): Promise<Server> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1)
    const server = (await isOurs(port)) && (await listening({ port, host: '127.0.0.1' }))
    if (server) return server
  }
}

/**
 * Takes the port's name for as long as this process lives: between the choice of a port and the start of its program, and
 * while that is stopped, no other test chooses it. Only Linux has names that go with their process; elsewhere: true.
 */
async function isOurs(port: number): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const name = await listening({ path: `\0spanledger-test-port-${port}` })
  name?.unref()
  return name !== undefined
}

/** undefined: somebody listens there. */
async function listening(where: ListenOptions): Promise<Server | undefined> {
  const server = createServer().listen(where)
  try {
    await once(server, 'listening')
    return server
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return undefined
  }
}

/** What a program gets of this process' environment: what it needs, and what spares Node compiling the same again (test/run.ts). */
export const inherited = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
})

export interface RunningProgram {
  pid: number
  output: () => string
  /** Sends the signal and waits for the exit. */
  stop: (signal?: NodeJS.Signals) => Promise<void>
}

export function startProgram(path: string, args: readonly string[], env: Record<string, string> = {}): RunningProgram {
  const child: ChildProcess = spawn(path, args, {
    env: { ...inherited(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-200_000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const exited = once(child, 'exit')
  return {
    pid: child.pid ?? 0,
    output: () => output,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill(signal)
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await exited
      clearTimeout(timer)
    },
  }
}

export interface Outcome {
  code: number
  output: string
}

/** Runs a program to its end; a non-zero exit is an outcome, not an exception. */
export async function run(path: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  try {
    const { stdout, stderr } = await promisify(execFile)(path, args, {
      env: { ...inherited(), ...env },
      maxBuffer: 64 * 1024 * 1024,
    })
    return { code: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string }
    if (typeof code !== 'number') throw error
    return { code, output: `${stdout ?? ''}${stderr ?? ''}` }
  }
}
