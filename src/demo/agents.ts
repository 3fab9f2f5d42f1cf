// Who in the demo app does a feature's work. In: a feature's name. Out: the agent and department its telemetry names, so
// that dashboards can tell by agent what the app's own traffic costs.
import { readFileSync } from 'node:fs'
import type { Tenant } from '../../instrumentation/index.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const ANALYST = { id: 'deal-analyst', name: 'Deal analyst', version: `v${version}` }
const READER = { id: 'document-reader', name: 'Document reader', version: `v${version}` }

const AGENTS: Readonly<Record<string, typeof ANALYST>> = {
  chat: ANALYST,
  qa_response: ANALYST,
  search: ANALYST,
  document_upload: READER,
  document_analysis: READER,
}

/** The part of the tenant that a feature decides; features that people do by hand have no agent. */
export const workerOf = (feature: string): Pick<Tenant, 'agent' | 'department'> => ({
  agent: AGENTS[feature],
  department: 'due-diligence',
})
