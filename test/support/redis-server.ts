// A real Redis for tests, in memory on a free port. In: `redis-server` on PATH. Out: its URL and how to stop it.
import { accessSync, constants } from 'node:fs'
import { createConnection } from 'node:net'
import { delimiter, join } from 'node:path'
import { pollUntil } from './poll.ts'
import { freePorts, startProgram } from './third-party.ts'

/** Where the program is; undefined where Redis is not installed. */
export const redisServer = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, 'redis-server'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

export async function startTestRedis(program: string): Promise<{ url: string; stop: () => Promise<unknown> }> {
  const [port] = (await freePorts(1)) as [number]
  const redis = startProgram(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    {},
  )
  await pollUntil('Redis to listen', () => listening(port))
  return { url: `redis://127.0.0.1:${port}`, stop: () => redis.stop() }
}

const listening = (port: number) =>
  new Promise<void>((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
