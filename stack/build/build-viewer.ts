// Builds the viewer's page. In: grafana/viewer. Out: a folder of the cache that holds the page and nothing else, named by
// a hash of what it was built from. The page's own npm packages (half a gigabyte) live in a temporary folder meanwhile.
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { cacheDir } from '../components.ts'
import { withLock } from './lock.ts'

const VIEWER_DIR = resolve(import.meta.dirname, '../../grafana/viewer')
const NPM_INSTALL = resolve(import.meta.dirname, '../npm-install.mjs')
const SOURCES = ['package.json', 'package-lock.json', 'index.html', 'vite.config.ts', 'tsconfig.json', 'web/**/*.*']

const sources = () => globSync(SOURCES, { cwd: VIEWER_DIR }).sort()

/** Where the page of this checkout's sources lies once it is built. */
export function viewerPageDir(cache = cacheDir()): string {
  const hash = createHash('sha256')
  for (const file of sources()) hash.update(`${file}\0`).update(readFileSync(join(VIEWER_DIR, file)))
  return join(cache, `viewer-page-${hash.digest('hex').slice(0, 12)}`)
}

export const isViewerBuilt = (cache = cacheDir()): boolean => existsSync(viewerPageDir(cache))

/** Returns the folder with the page; builds it first when it is not there yet. */
export async function buildViewer(cache: string, report: (message: string) => void): Promise<string> {
  const target = viewerPageDir(cache)
  await mkdir(cache, { recursive: true })
  return withLock(
    `${target}.lock`,
    async () => {
      if (existsSync(target)) return target
      const work = `${target}.building-${process.pid}`
      try {
        for (const file of sources()) await cp(join(VIEWER_DIR, file), join(work, file))
        report('npm packages')
        await execa('nice', ['-n', '10', process.execPath, NPM_INSTALL, work], { all: true })
        report('vite build')
        await execa('nice', ['-n', '10', join(work, 'node_modules', '.bin', 'vite'), 'build'], { cwd: work, all: true })
        await stat(join(work, 'dist', 'index.html'))
        await rename(join(work, 'dist'), target)
      } finally {
        await rm(work, { recursive: true, force: true })
      }
      return target
    },
    (pid) => report(`waiting: process ${pid} is building it`),
  )
}
