// What a lost connection leaves in the log: why, and nothing that opens or cancels anything.
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { createPool } from '../../../src/shared/pg.ts'

it('logs why an idle connection was lost, without the client and its cancel key', async () => {
  const lines: string[] = []
  const logger = pino({}, { write: (line: string) => void lines.push(line) })
  const pool = createPool('postgres://reader:hunter2@127.0.0.1:9/none', { max: 1, name: 'test', logger })
  const client = { secretKey: 424242, connectionParameters: { password: 'hunter2' } }
  pool.emit('error', Object.assign(new Error('terminating connection'), { code: '57P01', client }), client as never)
  await pool.end()
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ msg: 'idle Postgres connection lost', code: '57P01', cause: 'terminating connection' }),
  ])
  expect(lines.join()).not.toMatch(/424242|hunter2/)
})
