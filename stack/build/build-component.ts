// Builds one pinned part into the cache. In: its name and a progress callback. Out: the cache folder, complete or
// absent: the build happens in a temporary folder beside it and is renamed as the last step.
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { execa, type Options } from 'execa'
import { BUILT_COMPONENTS, type ComponentName, cacheDir, componentDir, isBuilt } from '../components.ts'
import { withLock } from './lock.ts'

const MODULES_DIR = resolve(import.meta.dirname, '../modules')

export interface BuildOptions {
  cache?: string
  onProgress?: (message: string) => void
  signal?: AbortSignal
}

/** Returns the folder with the built part; builds it first when it is not there yet. */
export async function buildComponent(name: ComponentName, options: BuildOptions = {}): Promise<string> {
  const cache = options.cache ?? cacheDir()
  const target = componentDir(name, cache)
  const report = options.onProgress ?? (() => {})
  await mkdir(cache, { recursive: true })
  return withLock(
    `${target}.lock`,
    async () => {
      if (isBuilt(name, cache)) return target
      const work = `${target}.building-${process.pid}`
      await rm(work, { recursive: true, force: true })
      await mkdir(work)
      try {
        await BUILDERS[name](work, { report, ...(options.signal ? { signal: options.signal } : {}) })
        for (const output of BUILT_COMPONENTS[name].outputs) await stat(join(work, output))
        await rename(work, target)
      } finally {
        await rm(work, { recursive: true, force: true })
      }
      return target
    },
    (pid) => report(`waiting: process ${pid} is building it`),
  )
}

interface BuildContext {
  report: (message: string) => void
  signal?: AbortSignal
}

const BUILDERS: Record<ComponentName, (outDir: string, context: BuildContext) => Promise<void>> = {
  collector: (outDir, context) =>
    goBuild('collector', outDir, context, [
      { output: 'otelcol', pkg: '.', tags: 'remove_all_sd,grpcnotrace', ldflags: '-s -w' },
    ]),
  prometheus: (outDir, context) => {
    const ldflags = withVersion(BUILT_COMPONENTS.prometheus.version)
    const pkg = 'github.com/prometheus/prometheus/cmd'
    return goBuild(
      'prometheus',
      outDir,
      context,
      ['prometheus', 'promtool'].map((output) => ({
        output,
        pkg: `${pkg}/${output}`,
        tags: 'netgo,remove_all_sd',
        ldflags,
      })),
    )
  },
  alertmanager: (outDir, context) => {
    const ldflags = withVersion(BUILT_COMPONENTS.alertmanager.version)
    const pkg = 'github.com/prometheus/alertmanager/cmd'
    return goBuild(
      'alertmanager',
      outDir,
      context,
      ['alertmanager', 'amtool'].map((output) => ({ output, pkg: `${pkg}/${output}`, tags: 'netgo', ldflags })),
    )
  },
  neo4j: fetchNeo4j,
}

/** What `--version` and the build_info metric of both say. */
const withVersion = (version: string) => `-s -w -X github.com/prometheus/common/version.Version=${version}`

interface GoProgram {
  output: string
  pkg: string
  tags: string
  ldflags: string
}

async function goBuild(module: string, outDir: string, context: BuildContext, programs: GoProgram[]): Promise<void> {
  const cwd = join(MODULES_DIR, module)
  const env = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' }
  for (const { output, pkg, tags, ldflags } of programs) {
    const args = [
      'build',
      '-trimpath',
      '-buildvcs=false',
      '-tags',
      tags,
      '-ldflags',
      ldflags,
      '-o',
      join(outDir, output),
    ]
    await run(
      'go',
      [...args, pkg],
      { cwd, env },
      { ...context, report: (line) => context.report(`${output}: ${line}`) },
    )
  }
}

async function fetchNeo4j(outDir: string, context: BuildContext): Promise<void> {
  const pom = join(MODULES_DIR, 'neo4j', 'pom.xml')
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(outDir, 'lib')}`, '-DincludeScope=runtime']
  await run('mvn', ['-B', '-ntp', '-f', pom, ...goal], { cwd: dirname(pom) }, context)
}

/** Runs a build tool at low priority; its last lines become the error when it fails. */
async function run(command: string, args: string[], options: Options, context: BuildContext): Promise<void> {
  context.report(`${command} ${args[0]}`)
  const child = execa('nice', ['-n', '10', command, ...args], {
    ...options,
    all: true,
    reject: false,
    ...(context.signal ? { cancelSignal: context.signal } : {}),
  })
  child.all?.on('data', (chunk: Buffer) => {
    const line = chunk.toString().trim().split('\n').at(-1)
    if (line) context.report(line.slice(0, 100))
  })
  const result = await child
  if (result.exitCode === 0) return
  const tail = String(result.all ?? result.message)
    .trim()
    .split('\n')
    .slice(-15)
    .join('\n')
  throw new Error(`${command} ${args[0]} ended with ${result.exitCode ?? 'no exit code'}:\n${tail}`)
}
