// Neo4j Community from Maven's jars. In: the stack's context. Out: a definition, or why it is absent.
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { BUILT_COMPONENTS, componentDir, isBuilt } from '../components.ts'
import { renderFile } from '../render.ts'
import { boltProbe } from '../supervisor/probe.ts'
import { baseEnvironment } from '../supervisor/process-group.ts'
import type { AbsentService, ServiceDefinition } from '../supervisor/types.ts'
import { dataDir, HOST, type StackContext, serviceDefaults } from './context.ts'
import { checkDataPassword, recordDataPassword } from './data-password.ts'
import { findProgram } from './find-program.ts'

const TEMPLATE = resolve(import.meta.dirname, '../neo4j/neo4j.conf')
const OPENED = ['java.nio', 'java.io', 'sun.nio.ch', 'java.util.concurrent']

export function neo4j(context: StackContext): ServiceDefinition | AbsentService {
  const title = 'Neo4j 5.26: the demo app’s graph'
  const missing = !findProgram('java') ? 'no java on PATH' : isBuilt('neo4j', context.cache) ? undefined : 'not built'
  if (missing) return { name: 'neo4j', title, absent: `${missing}: ${BUILT_COMPONENTS.neo4j.without}` }

  const home = dataDir(context, 'neo4j')
  const conf = join(home, 'conf')
  const classPath = join(componentDir('neo4j', context.cache), 'lib', '*')
  const port = context.ports.NEO4J_BOLT_PORT
  const heap = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC']
  const opens = OPENED.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`)
  const paths = [`--home-dir=${home}`, `--config-dir=${conf}`]
  return {
    ...serviceDefaults(context),
    name: 'neo4j',
    title,
    async prepare() {
      checkDataPassword(home, 'NEO4J_PASSWORD', context.secrets.NEO4J_PASSWORD)
      await renderFile(TEMPLATE, join(conf, 'neo4j.conf'), {
        NEO4J_BOLT_ADDRESS: `${HOST}:${port}`,
        NEO4J_DATA_DIR: join(home, 'data'),
        NEO4J_LOGS_DIR: join(home, 'logs'),
      })
      // Takes effect only before the first start, which is when the file is absent.
      if (existsSync(join(home, 'data', 'dbms', 'auth.ini')) || existsSync(join(home, 'data', 'databases'))) return
      mkdirSync(join(home, 'data'), { recursive: true })
      const admin = ['-cp', classPath, 'org.neo4j.cli.AdminTool', 'dbms', 'set-initial-password', '--']
      const env = { ...baseEnvironment(), NEO4J_HOME: home, NEO4J_CONF: conf }
      await execa('java', [...admin, context.secrets.NEO4J_PASSWORD], { env, extendEnv: false })
      recordDataPassword(home, context.secrets.NEO4J_PASSWORD)
    },
    command: ['java', ...heap, ...opens, '-cp', classPath, 'org.neo4j.server.CommunityEntryPoint', ...paths],
    probe: boltProbe(HOST, port),
    startTimeoutMs: 120_000,
    stopTimeoutMs: 20_000,
    url: `bolt://${HOST}:${port}`,
  }
}
