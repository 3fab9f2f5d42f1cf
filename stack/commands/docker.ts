// The same commands where the stack runs in Docker. In: .env and docker-compose.yml. Out: what Compose says.
import { mkdirSync } from 'node:fs'
import { ensureEnvFile } from '../env-file.ts'
import type { StackContext } from '../services/context.ts'
import { checkoutContext, ENV_FILE, STATE_DIR } from './checkout.ts'
import { loadDemoInDocker } from './load-demo.ts'
import { compose, composeCommand, forgetMode, rememberMode } from './mode.ts'

const UP_WITHIN_S = '600'

export async function upInDocker({ detach, demo }: { detach: boolean; demo: boolean }): Promise<boolean> {
  ensureEnvFile(ENV_FILE)
  mkdirSync(STATE_DIR, { recursive: true, mode: 0o700 })
  rememberMode('docker')
  const context = checkoutContext()
  const waits = (await composeCommand())?.[0] === 'docker'
  const wait = waits ? ['--wait', '--wait-timeout', UP_WITHIN_S] : []
  const exitCode = await compose(['up', '--detach', '--build', ...wait], publicAddresses(context))
  if (exitCode !== 0) console.log('Not everything is healthy: make status, make logs S=<service>')
  console.log(`\n${urls(context)}\n`)
  const loaded = !demo || (await loadDemoInDocker())
  if (detach) {
    console.log('Runs in the background: make status, make logs S=<service>, make down')
    return exitCode === 0 && loaded
  }
  console.log('Ctrl-C stops everything. In another terminal: make status, make logs S=<service>')
  await new Promise<void>((resolve) => {
    const alive = setInterval(() => {}, 60_000)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        clearInterval(alive)
        resolve()
      })
    }
  })
  await downInDocker()
  return true
}

export async function downInDocker(): Promise<void> {
  if ((await compose(['down', '--timeout', '30'])) !== 0) throw new Error('docker compose down did not succeed')
  forgetMode()
}

export async function cleanInDocker(): Promise<void> {
  await compose(['down', '--volumes', '--timeout', '30'])
  forgetMode()
}

/** Addresses in mails and links follow the ports of `.env`. */
const publicAddresses = ({ ports, given }: StackContext): Record<string, string> => ({
  API_PUBLIC_URL: given.API_PUBLIC_URL ?? `http://127.0.0.1:${ports.API_PORT}`,
  GRAFANA_PUBLIC_URL: given.GRAFANA_PUBLIC_URL ?? `http://127.0.0.1:${ports.GRAFANA_PORT}`,
})

function urls({ ports }: StackContext): string {
  const at = (port: number) => `http://127.0.0.1:${port}`
  return [
    `  Grafana (user admin, GRAFANA_ADMIN_PASSWORD in .env)  ${at(ports.GRAFANA_PORT)}`,
    `  Demo app: POST /api/chat                              ${at(ports.DEMO_PORT)}`,
    `  Api: usage, traces, alerts, budgets                   ${at(ports.API_PORT)}`,
    `  Inbox: alert mails                                    ${at(ports.INBOX_WEB_PORT)}`,
    `  Prometheus                                            ${at(ports.PROMETHEUS_PORT)}`,
    `  Alertmanager                                          ${at(ports.ALERTMANAGER_PORT)}`,
    `  Collector: OTLP over HTTP                             ${at(ports.COLLECTOR_OTLP_HTTP_PORT)}`,
  ].join('\n')
}
