// A file system of a few megabytes of its own (tmpfs), to be filled up. In: nothing. Out: its folder, fill, free.
// Needs the right to mount, so root; `cannotMount` says whether this process has it.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEBIBYTES = 16

export interface SmallDisk {
  directory: string
  /** Writes a file until nothing more goes in. */
  fill: () => void
  free: () => void
  remove: () => void
}

export function createSmallDisk(): SmallDisk {
  const directory = mkdtempSync(join(tmpdir(), 'spanledger-small-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${MEBIBYTES}m`, 'tmpfs', directory], { stdio: 'pipe' })
  const ballast = join(directory, 'ballast')
  return {
    directory,
    fill() {
      const file = openSync(ballast, 'a')
      try {
        for (let size = 1 << 20; size > 0; size >>= 1) writeUntilFull(file, Buffer.alloc(size))
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      execFileSync('umount', ['--lazy', directory], { stdio: 'pipe' })
      rmdirSync(directory)
    },
  }
}

function writeUntilFull(file: number, block: Buffer): void {
  try {
    for (;;) writeSync(file, block)
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOSPC') throw error
  }
}

/** Why no file system can be mounted here; undefined when one can. */
export function cannotMount(): string | undefined {
  try {
    createSmallDisk().remove()
    return undefined
  } catch (error) {
    return `a small file system cannot be mounted: ${(error as Error).message.trim().split('\n').at(-1)}`
  }
}
