// The one-shot `config` service of docker-compose.yml: the configuration files whose programs read no environment.
// In: the templates and this container's environment. Out: files in the volumes under /config, and folders that belong
// to the users the other images run as.
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { withMailLinkKeys } from '../../prometheus/mail-link-keys.ts'
import { TEMPLATE_VARIABLES } from '../../prometheus/template-variables.ts'
import { renderFile, templateValues } from '../render.ts'
import { sendersFile } from '../services/senders-file.ts'

/** Users fixed by the images: the contrib collector and Tempo 10001, Prometheus and Alertmanager nobody, Neo4j 7474. */
const COLLECTOR_USER = 10001
const TEMPO_USER = 10001
const NOBODY = 65534
const NEO4J_USER = 7474

const values = {
  ...withMailLinkKeys(templateValues(TEMPLATE_VARIABLES, process.env)),
  NEO4J_BOLT_ADDRESS: '0.0.0.0:7687',
  NEO4J_DATA_DIR: '/data',
  NEO4J_LOGS_DIR: '/logs',
}

async function rendered(from: string, to: string, user: number): Promise<void> {
  await renderFile(from, to, values)
  await chown(to, user, user)
}

await rendered('prometheus/prometheus.yml', '/config/prometheus/prometheus.yml', NOBODY)
await rendered('prometheus/alertmanager/alertmanager.yml', '/config/alertmanager/alertmanager.yml', NOBODY)
await rendered('stack/neo4j/neo4j.conf', '/config/neo4j/neo4j.conf', NEO4J_USER)

const senders = '/config/collector/senders.htpasswd'
await mkdir('/config/collector', { recursive: true })
await writeFile(senders, sendersFile(process.env.COLLECTOR_SENDERS ?? ''), { mode: 0o600 })
await chown(senders, COLLECTOR_USER, COLLECTOR_USER)
await chown('/data/collector-queue', COLLECTOR_USER, COLLECTOR_USER)
await chown('/data/tempo', TEMPO_USER, TEMPO_USER)
