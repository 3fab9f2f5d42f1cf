import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from '../../../stack/build/lock.ts'
import { processIdentity } from '../../../stack/supervisor/process-identity.ts'

let dir = ''
let lockFile = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spanledger-lock-'))
  lockFile = join(dir, 'collector.lock')
})
afterEach(() => rmSync(dir, { recursive: true }))

const neverWaits = (pid: number) => {
  throw new Error(`waited for ${pid}`)
}

test('holds the lock while the work runs, and gives it back when the work fails', async () => {
  const work = async () => {
    expect(existsSync(lockFile)).toBe(true)
    throw new Error('build failed')
  }
  await expect(withLock(lockFile, work, neverWaits)).rejects.toThrow('build failed')
  expect(existsSync(lockFile)).toBe(false)
  expect(await withLock(lockFile, async () => 'built', neverWaits)).toBe('built')
})

test('takes over from a holder that is dead, or whose number belongs to another process now', async () => {
  for (const dead of [
    { pid: 2 ** 22 + 1, startedAt: 'x:1' },
    { pid: process.pid, startedAt: 'x:1' },
  ]) {
    writeFileSync(lockFile, JSON.stringify(dead))
    expect(await withLock(lockFile, async () => 'built', neverWaits)).toBe('built')
  }
})

test('waits for a holder that lives, and says for whom', async () => {
  const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  await once(holder, 'spawn')
  writeFileSync(lockFile, JSON.stringify(processIdentity(holder.pid as number)))
  const waitedFor: number[] = []
  const result = await withLock(
    lockFile,
    async () => 'built',
    (pid) => {
      waitedFor.push(pid)
      holder.kill('SIGKILL')
    },
  )
  expect({ result, waitedFor }).toEqual({ result: 'built', waitedFor: [holder.pid] })
})
