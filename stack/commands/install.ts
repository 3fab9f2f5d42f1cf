// `install`: `.env` and every component this machine can build. In: the cache. Out: a progress display, and one line for
// each component that cannot be had here; those lines are no error, the rest of the stack runs without them.
import { Listr, type ListrTask } from 'listr2'
import { buildComponent } from '../build/build-component.ts'
import { buildViewer, isViewerBuilt } from '../build/build-viewer.ts'
import { BUILT_COMPONENTS, type ComponentName, cacheDir, isBuilt } from '../components.ts'
import { ensureEnvFile, stackEnvironment } from '../env-file.ts'
import { findProgram } from '../services/find-program.ts'
import { ENV_FILE } from './checkout.ts'

const TOOL_PACKAGES = { go: 'golang, 1.26', mvn: 'openjdk-17-jre-headless and maven' } as const

export async function install(): Promise<void> {
  const generated = ensureEnvFile(ENV_FILE)
  if (generated.length > 0) console.log(`.env: generated ${generated.length} secrets`)
  const cache = cacheDir(stackEnvironment(ENV_FILE))
  const missing = (Object.keys(BUILT_COMPONENTS) as ComponentName[]).filter((name) => !isBuilt(name, cache))
  const viewerMissing = !isViewerBuilt(cache)
  if (missing.length === 0 && !viewerMissing) return
  if (missing.length > 0) {
    console.log(`Building ${missing.length} components into ${cache} (once for each version; minutes the first time)`)
  }
  const tasks: ListrTask[] = missing.map((name) => {
    const { version, tool, without } = BUILT_COMPONENTS[name]
    return {
      title: `${name} ${version}`,
      skip: () =>
        findProgram(tool) ? false : `${name} ${version}: no \`${tool}\` on PATH (${TOOL_PACKAGES[tool]}); ${without}`,
      task: async (_, task) => {
        const startedMs = Date.now()
        await buildComponent(name, { cache, onProgress: (message) => (task.output = message) })
        task.title = `${name} ${version} (${Math.round((Date.now() - startedMs) / 1000)} s)`
      },
    }
  })
  if (viewerMissing) {
    tasks.push({
      title: 'viewer page',
      task: async (_, task) => {
        const startedMs = Date.now()
        await buildViewer(cache, (message) => {
          task.output = message
        })
        task.title = `viewer page (${Math.round((Date.now() - startedMs) / 1000)} s)`
      },
    })
  }
  const list = new Listr(tasks, { concurrent: 2, exitOnError: false, collectErrors: true })
  await list.run()
  for (const error of list.errors ?? []) console.log(`✖ ${error.message}`)
}
