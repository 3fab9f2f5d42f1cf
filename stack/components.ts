// The pinned third-party parts: which version, how a machine without Docker gets it, which image Compose uses.
// In: nothing. Out: the table, and where a part lies in the cache once `make install` has built it.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

const MODULES_DIR = resolve(import.meta.dirname, 'modules')

interface BuiltComponent {
  version: string
  image: string
  /** Folder under stack/modules whose files decide the cache key. */
  module: string
  /** Programs (or, for Neo4j, the folder) the build leaves in the cache. */
  outputs: readonly string[]
  /** Command without which this part cannot be built. */
  tool: 'go' | 'mvn'
  /** What the stack lacks when the part is missing. */
  without: string
}

/** Parts that are built from source modules or fetched with their dependencies. */
export const BUILT_COMPONENTS = {
  collector: {
    version: '0.155.0',
    image: 'otel/opentelemetry-collector-contrib:0.155.0',
    module: 'collector',
    outputs: ['otelcol'],
    tool: 'go',
    without: 'no telemetry reaches the ledger, Prometheus or Tempo',
  },
  prometheus: {
    version: '3.14.0',
    image: 'prom/prometheus:v3.14.0',
    module: 'prometheus',
    outputs: ['prometheus', 'promtool'],
    tool: 'go',
    without: 'no metrics and no alerts',
  },
  alertmanager: {
    version: '0.31.1',
    image: 'prom/alertmanager:v0.31.1',
    module: 'alertmanager',
    outputs: ['alertmanager', 'amtool'],
    tool: 'go',
    without: 'alerts fire in Prometheus, but no mail and no webhook',
  },
  neo4j: {
    version: '5.26.12',
    image: 'neo4j:5.26-community',
    module: 'neo4j',
    outputs: ['lib'],
    tool: 'mvn',
    without: 'chats are answered without the graph lookup (degraded)',
  },
} as const satisfies Record<string, BuiltComponent>

/** Images of parts that are not built here: npm packages stand in for them, or TEMPO_BIN and the viewer. */
export const OTHER_IMAGES = {
  postgres: 'postgres:18',
  tempo: 'grafana/tempo:3.0.3',
  grafana: 'grafana/grafana:13.2.0',
  inbox: 'axllent/mailpit:v1.30.5',
} as const

export type ComponentName = keyof typeof BUILT_COMPONENTS
export type ProgramName = 'otelcol' | 'prometheus' | 'promtool' | 'alertmanager' | 'amtool'

export class ComponentMissingError extends Error {
  override readonly name = 'ComponentMissingError'
}

/** Folder that holds all builds, outside the checkout so that a second checkout does not build again. */
export const cacheDir = (env: Record<string, string | undefined> = process.env): string =>
  env.SPANLEDGER_CACHE || join(homedir(), '.cache', 'spanledger')

/** Folder of one part's build: `<component>-<version>-<hash of its module files>`. */
export function componentDir(name: ComponentName, cache = cacheDir()): string {
  const { version, module } = BUILT_COMPONENTS[name]
  const hash = createHash('sha256')
  const folder = join(MODULES_DIR, module)
  for (const file of readdirSync(folder).sort()) hash.update(`${file}\0`).update(readFileSync(join(folder, file)))
  return join(cache, `${name}-${version}-${hash.digest('hex').slice(0, 12)}`)
}

/** True when the part was built completely (builds are renamed into place as the last step). */
export const isBuilt = (name: ComponentName, cache = cacheDir()): boolean => existsSync(componentDir(name, cache))

/**
 * Absolute path of a built program.
 * @throws ComponentMissingError that says which command builds it.
 */
export function componentPath(program: ProgramName, cache = cacheDir()): string {
  const names = Object.keys(BUILT_COMPONENTS) as ComponentName[]
  const name = names.find((key) => (BUILT_COMPONENTS[key].outputs as readonly string[]).includes(program))
  if (!name) throw new ComponentMissingError(`${program} is no part of the stack`)
  return join(builtDir(name, cache), program)
}

/** Folder with Neo4j's jar files. @throws ComponentMissingError when it was not fetched. */
export const neo4jLib = (cache = cacheDir()): string => join(builtDir('neo4j', cache), 'lib')

function builtDir(name: ComponentName, cache: string): string {
  const dir = componentDir(name, cache)
  if (existsSync(dir)) return dir
  const { version, tool } = BUILT_COMPONENTS[name]
  throw new ComponentMissingError(
    `${name} ${version} is not built (looked in ${dir}); \`make install\` builds it with ${tool}`,
  )
}
