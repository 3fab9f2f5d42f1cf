// The telemetry backends: collector, Tempo (or its stand-in), Prometheus, Alertmanager. In: the stack's context. Out: their
// definitions, or why one is absent.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withMailLinkKeys } from '../../prometheus/mail-link-keys.ts'
import { TEMPLATE_VARIABLES } from '../../prometheus/template-variables.ts'
import { collectorConfigs } from '../collector-configs.ts'
import { BUILT_COMPONENTS, type ComponentName, componentPath, isBuilt } from '../components.ts'
import { renderFile, templateValues } from '../render.ts'
import { httpProbe } from '../supervisor/probe.ts'
import type { AbsentService, ServiceDefinition } from '../supervisor/types.ts'
import { dataDir, HOST, type StackContext, serviceDefaults } from './context.ts'
import { passedOn } from './environment.ts'
import { findProgram } from './find-program.ts'
import { sendersFile } from './senders-file.ts'

type Definition = ServiceDefinition | AbsentService

function unlessMissing(
  context: StackContext,
  component: ComponentName,
  name: string,
  title: string,
  define: () => ServiceDefinition,
): Definition {
  if (isBuilt(component, context.cache)) return define()
  const { tool, without } = BUILT_COMPONENTS[component]
  return { name, title, absent: `not built (needs ${tool}): ${without}` }
}

export function collector(context: StackContext): Definition {
  const { ports, secrets } = context
  const title = 'OpenTelemetry Collector: OTLP in, fan-out'
  return unlessMissing(context, 'collector', 'collector', title, () => {
    const data = dataDir(context, 'collector')
    const senders = join(data, 'senders.htpasswd')
    return {
      ...serviceDefaults(context),
      name: 'collector',
      title,
      dependsOn: ['ledger', 'prometheus', 'tempo'],
      async prepare() {
        mkdirSync(join(data, 'queue'), { recursive: true })
        writeFileSync(senders, sendersFile(secrets.COLLECTOR_SENDERS), { mode: 0o600 })
      },
      command: [componentPath('otelcol', context.cache), ...collectorConfigs(context.root)],
      env: {
        ...passedOn(context, ['TAIL_SAMPLING_', 'SPAN_METRICS_', 'COLLECTOR_']),
        COLLECTOR_HOST: HOST,
        COLLECTOR_OTLP_GRPC_PORT: String(ports.COLLECTOR_OTLP_GRPC_PORT),
        COLLECTOR_OTLP_HTTP_PORT: String(ports.COLLECTOR_OTLP_HTTP_PORT),
        COLLECTOR_BOUND_HTTP_PORT: String(ports.COLLECTOR_BOUND_HTTP_PORT),
        COLLECTOR_HEALTH_PORT: String(ports.COLLECTOR_HEALTH_PORT),
        COLLECTOR_METRICS_PORT: String(ports.COLLECTOR_METRICS_PORT),
        COLLECTOR_QUEUE_DIR: join(data, 'queue'),
        COLLECTOR_SENDERS_FILE: senders,
        OTLP_INGEST_TOKEN: secrets.OTLP_INGEST_TOKEN,
        LEDGER_TOKEN: secrets.LEDGER_TOKEN,
        LEDGER_ENDPOINT: `http://${HOST}:${ports.LEDGER_PORT}`,
        PROMETHEUS_OTLP_ENDPOINT: `http://${HOST}:${ports.PROMETHEUS_PORT}/api/v1/otlp`,
        TEMPO_OTLP_ENDPOINT: `${HOST}:${ports.TEMPO_OTLP_PORT}`,
      },
      probe: httpProbe(`http://${HOST}:${ports.COLLECTOR_HEALTH_PORT}/`),
      stopTimeoutMs: 20_000,
      url: `http://${HOST}:${ports.COLLECTOR_OTLP_HTTP_PORT}`,
    }
  })
}

export const tempoProgram = ({ given }: StackContext): string | undefined => given.TEMPO_BIN || findProgram('tempo')

/** The real Tempo when there is one, else a second collector that writes what Tempo would get to a file. */
export function tempo(context: StackContext): Definition {
  const { ports } = context
  const program = tempoProgram(context)
  const data = dataDir(context, 'tempo')
  const shared = {
    ...serviceDefaults(context),
    name: 'tempo',
    dependsOn: ['prometheus'],
    prepare: async () => void mkdirSync(data, { recursive: true }),
  }
  const env = { TEMPO_HTTP_PORT: String(ports.TEMPO_HTTP_PORT), TEMPO_OTLP_PORT: String(ports.TEMPO_OTLP_PORT) }
  const base = `http://${HOST}:${ports.TEMPO_HTTP_PORT}`
  if (program) {
    return {
      ...shared,
      title: 'Tempo: sampled traces',
      command: [program, '-config.expand-env=true', `-config.file=${join(context.root, 'tempo/tempo.yaml')}`],
      env: {
        ...passedOn(context, ['TEMPO_']),
        ...env,
        TEMPO_HOST: HOST,
        TEMPO_DATA_DIR: data,
        PROMETHEUS_REMOTE_WRITE_ENDPOINT: `http://${HOST}:${ports.PROMETHEUS_PORT}/api/v1/write`,
      },
      probe: httpProbe(`${base}/ready`),
      url: base,
    }
  }
  const title = 'Stand-in for Tempo: sampled traces to a file'
  return unlessMissing(context, 'collector', 'tempo', title, () => ({
    ...shared,
    title,
    command: [componentPath('otelcol', context.cache), '--config', join(context.root, 'collector/tempo-stand-in.yaml')],
    env: { ...env, COLLECTOR_HOST: HOST, TEMPO_FILES_DIR: data },
    probe: httpProbe(`${base}/`),
    url: `file://${data}/traces.jsonl`,
  }))
}

export function prometheus(context: StackContext): Definition {
  // Its Go module has no pages: what is shown at this address is for programs.
  const title = 'Prometheus: metrics, alert rules (API only)'
  return unlessMissing(context, 'prometheus', 'prometheus', title, () => {
    const data = dataDir(context, 'prometheus')
    const config = join(data, 'prometheus.yml')
    const base = `http://${HOST}:${context.ports.PROMETHEUS_PORT}`
    return {
      ...serviceDefaults(context),
      name: 'prometheus',
      title,
      prepare: () => renderFile(join(context.root, 'prometheus/prometheus.yml'), config, nativeTemplateValues(context)),
      command: [
        componentPath('prometheus', context.cache),
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(data, 'tsdb')}`,
        `--web.listen-address=${HOST}:${context.ports.PROMETHEUS_PORT}`,
        ...PROMETHEUS_FLAGS,
      ],
      probe: httpProbe(`${base}/-/ready`),
      url: base,
    }
  })
}

/**
 * Exemplars, and a zero at the moment a counter of an application begins: without it `increase` does not see the first count
 * of a series, and a script is nothing but first counts.
 */
export const PROMETHEUS_FEATURES = '--enable-feature=exemplar-storage,created-timestamp-zero-ingestion'

/** The same in Compose. */
export const PROMETHEUS_FLAGS = [
  '--storage.tsdb.retention.time=15d',
  '--web.enable-otlp-receiver',
  '--web.enable-remote-write-receiver',
  '--web.enable-lifecycle',
  PROMETHEUS_FEATURES,
]

export function alertmanager(context: StackContext): Definition {
  const title = 'Alertmanager: mails and the api’s webhook'
  return unlessMissing(context, 'alertmanager', 'alertmanager', title, () => {
    const data = dataDir(context, 'alertmanager')
    const config = join(data, 'alertmanager.yml')
    const template = join(context.root, 'prometheus/alertmanager/alertmanager.yml')
    const base = `http://${HOST}:${context.ports.ALERTMANAGER_PORT}`
    return {
      ...serviceDefaults(context),
      name: 'alertmanager',
      title,
      dependsOn: ['inbox'],
      prepare: () => renderFile(template, config, nativeTemplateValues(context)),
      command: [
        componentPath('alertmanager', context.cache),
        `--config.file=${config}`,
        `--storage.path=${join(data, 'data')}`,
        ...ALERTMANAGER_FLAGS,
        `--dispatch.start-delay=${context.given.ALERTMANAGER_START_DELAY ?? START_DELAY}`,
        `--web.listen-address=${HOST}:${context.ports.ALERTMANAGER_PORT}`,
        '--cluster.listen-address=',
      ],
      probe: httpProbe(`${base}/-/ready`),
      url: base,
    }
  })
}

/** The same in Compose. A monthly budget is told once: what was told is remembered for a month, also by one that is killed. */
export const ALERTMANAGER_FLAGS = ['--data.retention=768h', '--data.maintenance-interval=1s']

/**
 * The same in Compose. One that was restarted knows nothing until Prometheus repeats, each alert at its own time within a
 * minute (`--rules.alert.resend-delay`): it must not mail a symptom before it has heard of the cause.
 */
export const START_DELAY = '1m'

/** Values of the ${NAME} placeholders in a native run. */
export function nativeTemplateValues(context: StackContext): Record<string, string> {
  const ports = Object.fromEntries(Object.entries(context.ports).map(([name, value]) => [name, String(value)]))
  const values = templateValues(TEMPLATE_VARIABLES, {
    PROMETHEUS_RULES_DIR: join(context.root, 'prometheus/rules'),
    ALERTMANAGER_TEMPLATES_DIR: join(context.root, 'prometheus/alertmanager/templates'),
    ...context.given,
    ...context.secrets,
    ...ports,
  })
  return withMailLinkKeys(values)
}
