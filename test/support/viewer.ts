// The viewer in this process, over real parts: a Postgres of its own, a Prometheus that scrapes itself, the ledger and the
// api. In: which dashboards. Out: its URL, the database, the ledger to send telemetry to.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createViewer } from '../../grafana/viewer/server/server.ts'
import { closeServer, listen } from '../../src/shared/listen.ts'
import { createLogger } from '../../src/shared/logger.ts'
import { isViewerBuilt, viewerPageDir } from '../../stack/build/build-viewer.ts'
import { startTestApi } from './api.ts'
import { startDatabaseServer } from './database-server.ts'
import { startLedger, type TestLedger } from './ledger.ts'
import { prepareTemplate, ROLE_PASSWORD } from './prepare-template.ts'
import { startPrometheus, temporaryFolder } from './prometheus.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const READER_TOKEN = 'token-of-the-superadmin-reader'

export interface TestViewer {
  url: string
  database: TestDatabase
  ledger: TestLedger
  /** Where `spanledger tenant grafana` may write organisations' files. */
  tenantsDir: string
  prometheusUrl: string
  /** The api, which answers Tempo's read API. */
  apiUrl: string
  close: () => Promise<void>
}

/** Folder of the built page: VIEWER_PAGE_DIR, else what `make install` built; undefined when there is none. */
export const builtPage = (): string | undefined =>
  process.env.VIEWER_PAGE_DIR ?? (isViewerBuilt() ? viewerPageDir() : undefined)

/** @param dashboards shown beside the project's own. @param superuser lets the Ledger data source sign in as `postgres`. */
export async function startTestViewer(
  options: { dashboards?: { uid: string }[]; superuser?: boolean } = {},
): Promise<TestViewer> {
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const server = await startDatabaseServer()
    closers.push(server.stop)
    await prepareTemplate(server.url)
    const database = await createTestDatabase({ serverUrl: server.url })
    const folder = temporaryFolder('viewer')
    closers.push(folder.remove)
    const prometheus = await startPrometheus(folder.path, { PROMETHEUS_SCRAPE_INTERVAL: '1s' })
    closers.push(() => prometheus.program.stop())
    const ledger = await startLedger(database)
    closers.push(() => ledger.close())
    const api = await startTestApi(database, { env: { API_READER_TOKEN: READER_TOKEN } })
    closers.push(() => api.close())

    const dashboardsDir = join(folder.path, 'dashboards')
    mkdirSync(dashboardsDir)
    cpSync(join(ROOT, 'grafana/generated'), dashboardsDir, { recursive: true })
    for (const dashboard of options.dashboards ?? []) {
      writeFileSync(join(dashboardsDir, `${dashboard.uid}.json`), JSON.stringify(dashboard))
    }
    const env = {
      PROMETHEUS_URL: prometheus.url,
      PROMETHEUS_SCRAPE_INTERVAL: '1s',
      TEMPO_URL: api.url,
      API_READER_TOKEN: READER_TOKEN,
      LEDGER_DATABASE_HOST: new URL(database.readerUrl).host,
      READER_PASSWORD: ROLE_PASSWORD,
      DASHBOARDS_DIR: dashboardsDir,
    }
    // The files of the project, but for the database's name and, if asked for, its login.
    const provisioningDir = join(folder.path, 'provisioning')
    cpSync(join(ROOT, 'grafana/provisioning'), provisioningDir, { recursive: true })
    const file = join(provisioningDir, 'datasources/datasources.yaml')
    const text = readFileSync(file, 'utf8').replace('database: spanledger', `database: ${database.name}`)
    const login = options.superuser ? 'user: postgres' : 'user: spanledger_reader'
    writeFileSync(file, text.replace('user: spanledger_reader', login))
    if (options.superuser) env.READER_PASSWORD = 'postgres'
    const tenantsDir = join(folder.path, 'tenants')
    const viewer = createViewer({
      provisioningDir,
      tenantsDir,
      pageDir: builtPage() ?? folder.path,
      env,
      logger: createLogger('viewer', 'silent'),
    })
    closers.push(viewer.close)
    const { server: http, url } = await listen(viewer.app, 0, '127.0.0.1')
    closers.push(() => closeServer(http, 100))
    return { url, database, ledger, tenantsDir, apiUrl: api.url, prometheusUrl: prometheus.url, close }
  } catch (error) {
    await close()
    throw error
  }
}
