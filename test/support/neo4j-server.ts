// A real Neo4j for one test file, from the stack's own build. In: nothing. Out: its Bolt URL, ways to stop and start it
// again on the same data, or undefined where Java or the build is missing.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import neo4j from 'neo4j-driver'
import { isBuilt, neo4jLib } from '../../stack/components.ts'
import { pollUntil } from './poll.ts'
import { freePorts, type RunningProgram, startProgram } from './third-party.ts'

export interface TestNeo4j {
  url: string
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

/** Ten seconds of CPU, of which a busy machine gives it few. */
const STARTS_MS = 240_000

const OPENED = ['java.nio', 'java.io', 'sun.nio.ch', 'java.util.concurrent']

/** True where a Neo4j can be started: its jars are built and there is a Java. */
export function hasNeo4j(): boolean {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' })
    return isBuilt('neo4j')
  } catch {
    return false
  }
}

export async function startTestNeo4j(): Promise<TestNeo4j> {
  const [port = 0] = await freePorts(1)
  const home = mkdtempSync(join(tmpdir(), 'spanledger-neo4j-'))
  mkdirSync(join(home, 'conf'))
  const settings = [
    `server.bolt.listen_address=127.0.0.1:${port}`,
    'server.http.enabled=false',
    'server.https.enabled=false',
    'dbms.usage_report.enabled=false',
    'dbms.security.auth_enabled=false',
    'server.memory.pagecache.size=64m',
    'internal.server.bolt.thread_pool_shutdown_wait_time=1s',
    'internal.server.bolt.connection_shutdown_wait_time=1s',
  ]
  writeFileSync(join(home, 'conf', 'neo4j.conf'), settings.join('\n'))
  const url = `bolt://127.0.0.1:${port}`
  const args = [
    '-Xmx512m',
    '-XX:+UseSerialGC',
    // It lives for a minute: what the second compiler would gain costs more.
    '-XX:TieredStopAtLevel=1',
    ...OPENED.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
    '-cp',
    join(neo4jLib(), '*'),
    'org.neo4j.server.CommunityEntryPoint',
    `--home-dir=${home}`,
    `--config-dir=${join(home, 'conf')}`,
  ]
  let program: RunningProgram
  const start = async () => {
    program = startProgram('java', args)
    const driver = neo4j.driver(url, neo4j.auth.basic('neo4j', 'any'), { connectionTimeout: 1_000 })
    try {
      await pollUntil('Neo4j to answer', () => driver.verifyConnectivity(), { timeoutMs: STARTS_MS, everyMs: 500 })
    } catch (error) {
      throw new Error(`Neo4j did not start\n${program.output()}`, { cause: error })
    } finally {
      await driver.close()
    }
  }
  const stop = () => program.stop()
  await start()
  return {
    url,
    start,
    stop,
    async close() {
      await stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
