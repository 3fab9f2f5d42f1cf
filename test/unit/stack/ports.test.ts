import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { freePorts, isFree, portConflicts } from '../../../stack/ports.ts'
import { PORTS } from '../../../stack/settings.ts'

/** Listens on a port of the system's choice while `work` runs. */
async function withTakenPort(work: (port: number) => Promise<void>): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await work((server.address() as { port: number }).port)
  } finally {
    server.close()
  }
}

test('names a taken port and the variable that moves it, and no free one', async () => {
  const { API_PORT } = await freePorts()
  await withTakenPort(async (port) => {
    expect(await isFree(port)).toBe(false)
    expect(await portConflicts({ LEDGER_PORT: port, API_PORT })).toEqual([
      `port ${port} (Ledger) is already taken; move it: LEDGER_PORT=<free port> in .env`,
    ])
  })
})

test('names two variables that give the same port', async () => {
  const { API_PORT } = await freePorts()
  expect(await portConflicts({ LEDGER_PORT: API_PORT, API_PORT })).toEqual([
    `port ${API_PORT} is set twice: LEDGER_PORT and API_PORT; give one of them another value in .env`,
  ])
})

test('finds a different free port below the ephemeral range for every service', async () => {
  const ports = Object.entries(await freePorts())
  expect(ports.map(([name]) => name)).toEqual(Object.keys(PORTS))
  expect(new Set(ports.map(([, port]) => port)).size).toBe(ports.length)
  for (const [, port] of ports) expect(port).toBeLessThan(32_768)
})
