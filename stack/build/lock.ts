// One builder at a time per cache entry. In: a lock file path. Out: the work's result, run while holding the lock.
// The lock only avoids double work: the rename at the end of a build is what keeps the cache correct.
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isSameProcess, type ProcessIdentity, processIdentity } from '../supervisor/process-identity.ts'

/**
 * Runs `work` while this process holds `lockFile`; waits for another holder, and takes over from a dead one.
 * @param onWait called once when another process holds the lock, with its process id.
 */
export async function withLock<T>(lockFile: string, work: () => Promise<T>, onWait: (pid: number) => void): Promise<T> {
  await mkdir(dirname(lockFile), { recursive: true })
  const mine = `${lockFile}.${process.pid}`
  await writeFile(mine, JSON.stringify(processIdentity(process.pid)))
  let waited = false
  try {
    // A hard link appears with its content, so a reader never sees an empty lock.
    while (!(await linkOnce(mine, lockFile))) {
      const holder = await readHolder(lockFile)
      if (holder && isSameProcess(holder)) {
        if (!waited) onWait(holder.pid)
        waited = true
        await sleep(500)
      } else await rm(lockFile, { force: true })
    }
  } finally {
    await rm(mine, { force: true })
  }
  try {
    return await work()
  } finally {
    await rm(lockFile, { force: true })
  }
}

async function linkOnce(existing: string, target: string): Promise<boolean> {
  try {
    await link(existing, target)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function readHolder(lockFile: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(lockFile, 'utf8')) as ProcessIdentity
  } catch {
    return undefined
  }
}
