// Installs a folder's npm packages when its node_modules differ from its package-lock.json, else nothing. In: the folder.
// Plain JavaScript, because it has to run under the machine's own, older Node.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2] ?? '.'

function isCurrent() {
  const installedFile = join(folder, 'node_modules', '.package-lock.json')
  if (!existsSync(installedFile)) return false
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages
  return Object.entries(wanted).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || optional || devOptional || installed[path]?.version === version,
  )
}

if (!isCurrent()) {
  console.log(`installing npm packages in ${folder}`)
  // Not `npm ci`: it refuses a lock file that lacks optional packages of other platforms, and not every registry has
  // them all. Without --save, `npm install` takes the versions of the lock file and leaves that file alone.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: 'inherit' })
  process.exit(status ?? 1)
}
