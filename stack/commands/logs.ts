// `logs`: the services' output, prefixed with their names. In: names, or none for all. Out: the last lines, then what
// comes, until Ctrl-C.
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { logFileOf } from '../supervisor/logs.ts'
import { STATE_DIR } from './checkout.ts'

const LAST_LINES = 40

export async function logs(services: readonly string[], follow: boolean): Promise<void> {
  const names = services.length > 0 ? services : logNames()
  const width = Math.max(...names.map((name) => name.length))
  const followers = names.map((name) => createFollower(name, width))
  for (const follower of followers) follower.showLast(names.length === 1 ? LAST_LINES : 5)
  while (follow) {
    for (const follower of followers) follower.showNew()
    await sleep(300)
  }
}

function logNames(): string[] {
  try {
    const files = readdirSync(join(STATE_DIR, 'logs')).filter((file) => file.endsWith('.log'))
    if (files.length > 0) return files.map((file) => file.slice(0, -'.log'.length)).sort()
  } catch {}
  throw new Error('no logs yet; `make up` starts the stack')
}

function createFollower(name: string, width: number) {
  const file = logFileOf(STATE_DIR, name)
  let position = 0
  let rest = ''
  const print = (lines: string[]) => {
    for (const line of lines) console.log(`${name.padEnd(width)} | ${line}`)
  }
  return {
    showLast(count: number) {
      const text = readText(name, file)
      position = Buffer.byteLength(text)
      print(text.trimEnd().split('\n').slice(-count))
    },
    showNew() {
      const { size } = statSync(file)
      if (size < position) position = 0 // the file was emptied because it had grown too large
      if (size === position) return
      const buffer = Buffer.alloc(size - position)
      const descriptor = openSync(file, 'r')
      try {
        position += readSync(descriptor, buffer, 0, buffer.length, position)
      } finally {
        closeSync(descriptor)
      }
      const lines = (rest + buffer.toString()).split('\n')
      rest = lines.pop() ?? ''
      print(lines)
    },
  }
}

function readText(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new Error(`no log of ${name}; there are logs of ${logNames().join(', ')}`)
  }
}
