// Builds the viewer's page: its own npm packages, then its bundle. In: grafana/viewer. Out: grafana/viewer/dist, marked
// with a hash of what it was built from, so that an unchanged page is not built again.
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { execa } from 'execa'

const VIEWER_DIR = resolve(import.meta.dirname, '../../grafana/viewer')
const NPM_INSTALL = resolve(import.meta.dirname, '../npm-install.mjs')
const MARK = join(VIEWER_DIR, 'dist', '.built-from')
const SOURCES = ['package-lock.json', 'index.html', 'vite.config.ts', 'tsconfig.json', 'web/**/*.*']

export const isViewerBuilt = (): boolean => existsSync(MARK) && readFileSync(MARK, 'utf8') === sourceHash()

function sourceHash(): string {
  const hash = createHash('sha256')
  for (const file of globSync(SOURCES, { cwd: VIEWER_DIR }).sort()) {
    hash.update(`${file}\0`).update(readFileSync(join(VIEWER_DIR, file)))
  }
  return hash.digest('hex')
}

export async function buildViewer(report: (message: string) => void): Promise<void> {
  const from = sourceHash()
  report('npm packages')
  await execa(process.execPath, [NPM_INSTALL, VIEWER_DIR])
  report('vite build')
  await execa('nice', ['-n', '10', join(VIEWER_DIR, 'node_modules', '.bin', 'vite'), 'build'], { cwd: VIEWER_DIR })
  writeFileSync(MARK, from)
}
