// The oldest Node the package supports. In: nothing. Out: its path, from the cache or fetched from the npm registry once;
// undefined where it cannot be had.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const OLDEST_NODE = '22.15.0'

export async function olderNode(): Promise<string | undefined> {
  const folder = join(process.env.SPANLEDGER_CACHE ?? join(homedir(), '.cache/spanledger'), `node-${OLDEST_NODE}`)
  const name = `node-${process.platform}-${process.arch}`
  const path = join(folder, 'node_modules', name, 'bin/node')
  if (existsSync(path)) return path
  try {
    mkdirSync(folder, { recursive: true })
    const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
    await promisify(execFile)('npm', [...args, `${name}@${OLDEST_NODE}`])
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}
