// The real Prometheus and Alertmanager with the project's own configuration, on free ports, for tests.
// In: values of template variables. Out: addresses, start.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { withMailLinkKeys } from '../../prometheus/mail-link-keys.ts'
import { TEMPLATE_VARIABLES } from '../../prometheus/template-variables.ts'
import { componentPath } from '../../stack/components.ts'
import { render, templateValues } from '../../stack/render.ts'
import { ALERTMANAGER_FLAGS, PROMETHEUS_FEATURES } from '../../stack/services/telemetry.ts'
import { pollUntil } from './poll.ts'
import { freePorts, type RunningProgram, startProgram } from './third-party.ts'

const PROMETHEUS_DIR = resolve(import.meta.dirname, '../../prometheus')

const PORTS = {
  COLLECTOR_METRICS_PORT: '1',
  LEDGER_PORT: '1',
  API_PORT: '1',
  DEMO_PORT: '1',
  PROMETHEUS_PORT: '1',
  ALERTMANAGER_PORT: '1',
  GRAFANA_PORT: '1',
  INBOX_SMTP_PORT: '1',
}

/** Renders prometheus.yml or alertmanager/alertmanager.yml as the stack does; `values` win. */
export function renderConfig(path: string, values: Record<string, string> = {}): string {
  const env = {
    ...PORTS,
    PROMETHEUS_RULES_DIR: join(PROMETHEUS_DIR, 'rules'),
    ALERTMANAGER_TEMPLATES_DIR: join(PROMETHEUS_DIR, 'alertmanager/templates'),
    API_WEBHOOK_TOKEN: 'test-webhook-token',
    ...values,
  }
  const filled = withMailLinkKeys(templateValues(TEMPLATE_VARIABLES, env))
  return render(readFileSync(join(PROMETHEUS_DIR, path), 'utf8'), filled, path)
}

/** A folder for one test's files. */
export function temporaryFolder(name: string): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `spanledger-${name}-`))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Started {
  url: string
  program: RunningProgram
}

async function startAndWait(program: RunningProgram, url: string, name: string): Promise<Started> {
  await pollUntil(`${name} to be ready`, async () => {
    const response = await fetch(`${url}/-/ready`).catch((cause: unknown) => {
      throw new Error(program.output().slice(-2000), { cause })
    })
    if (!response.ok) throw new Error(`ready answered ${response.status}`)
  })
  return { url, program }
}

/**
 * @param options `at`: port of one that ran in this folder before, whose data it finds again; `resendDelay`: how soon an alert
 * is sent again, since one that fires before Prometheus has found its Alertmanager reaches nobody; `flags`: more of them.
 */
export async function startPrometheus(
  folder: string,
  values: Record<string, string>,
  { at, resendDelay = '5s', flags = [] }: { at?: number; resendDelay?: string; flags?: string[] } = {},
): Promise<Started> {
  const port = at ?? ((await freePorts(1)) as [number])[0]
  const config = join(folder, 'prometheus.yml')
  writeFileSync(config, renderConfig('prometheus.yml', { PROMETHEUS_PORT: String(port), ...values }))
  const program = startProgram(componentPath('prometheus'), [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-otlp-receiver',
    PROMETHEUS_FEATURES,
    `--rules.alert.resend-delay=${resendDelay}`,
    ...flags,
  ])
  return startAndWait(program, `http://127.0.0.1:${port}`, 'Prometheus')
}

/** @param cluster listen address and peers; without it no cluster. @param at port of one that ran in this folder before; `flags`: more of them. */
export async function startAlertmanager(
  folder: string,
  values: Record<string, string>,
  cluster?: { listen: string; peers: string[] },
  at?: number,
  flags: string[] = [],
): Promise<Started> {
  const port = at ?? ((await freePorts(1)) as [number])[0]
  const data = join(folder, `alertmanager-${port}`)
  mkdirSync(data, { recursive: true })
  const config = join(data, 'alertmanager.yml')
  writeFileSync(config, renderConfig('alertmanager/alertmanager.yml', values))
  const program = startProgram(componentPath('alertmanager'), [
    `--config.file=${config}`,
    `--storage.path=${data}`,
    ...ALERTMANAGER_FLAGS,
    ...flags,
    `--web.listen-address=127.0.0.1:${port}`,
    `--cluster.listen-address=${cluster?.listen ?? ''}`,
    ...(cluster ? ['--cluster.peer-timeout=5s', '--cluster.settle-timeout=5s', '--cluster.gossip-interval=100ms'] : []),
    ...(cluster?.peers ?? []).map((peer) => `--cluster.peer=${peer}`),
  ])
  return startAndWait(program, `http://127.0.0.1:${port}`, 'Alertmanager')
}
