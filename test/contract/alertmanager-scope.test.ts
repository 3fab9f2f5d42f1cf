// How far an alert's word reaches, in the real Alertmanager: what it holds back, and what an acknowledgement of it silences.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type AlertGroup, createAlertmanagerClient } from '../../src/api/alerts/alertmanager-client.ts'
import { matchLabelsOf } from '../../src/api/alerts/silences.ts'
import { pollUntil } from '../support/poll.ts'
import { type Started, startAlertmanager, temporaryFolder } from '../support/prometheus.ts'

type Labels = Record<string, string>
const critical = (alertname: string, topic: string, labels: Labels): Labels => ({
  alertname,
  topic,
  severity: 'critical',
  ...labels,
})
const warning = (alertname: string, topic: string, labels: Labels): Labels => ({
  ...critical(alertname, topic, labels),
  severity: 'warning',
})
const openai = { gen_ai_provider_name: 'openai' }
const anthropic = { gen_ai_provider_name: 'anthropic' }
const acme = { org_id: 'acme' }
const falcon = { ...acme, scope: 'deal', scope_id: 'falcon', period: 'month', period_start: '2026-11-01' }

describe('in Alertmanager', () => {
  const folder = temporaryFolder('scope')
  let started: Started
  let client: ReturnType<typeof createAlertmanagerClient>

  beforeAll(async () => {
    started = await startAlertmanager(folder.path, { ALERTMANAGER_GROUP_WAIT: '100ms' })
    client = createAlertmanagerClient(started.url)
  }, 60_000)
  afterAll(async () => {
    await started?.program.stop()
    folder.remove()
  })

  let posted: Labels[] = []
  const post = async (alerts: Labels[], endsAt?: string) => {
    posted = alerts
    const body = JSON.stringify(alerts.map((labels) => ({ labels, endsAt })))
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${started.url}/api/v2/alerts`, { method: 'POST', headers, body })
    expect(response.status).toBe(200)
  }
  afterEach(() => post(posted, new Date().toISOString()))
  const find = (groups: AlertGroup[], labels: Labels) => {
    for (const group of groups)
      for (const alert of group.alerts)
        if (JSON.stringify(Object.entries(alert.labels).sort()) === JSON.stringify(Object.entries(labels).sort()))
          return { group, status: alert.status }
    throw new Error(`no alert ${JSON.stringify(labels)}`)
  }

  it.each<[string, Labels, Labels, boolean]>([
    [
      'a provider that is down, another that is slow',
      critical('GenAIProviderDown', 'provider', anthropic),
      warning('GenAIProviderSlow', 'provider', openai),
      false,
    ],
    [
      'a provider that is down, and slow',
      critical('GenAIProviderDown', 'provider', openai),
      warning('GenAIProviderSlow', 'provider', openai),
      true,
    ],
    [
      'p95 of one provider, p99 of another',
      critical('GenAILatencyP95High', 'latency', { ...acme, ...anthropic }),
      warning('GenAILatencyP99High', 'latency', { ...acme, gen_ai_provider_name: 'gcp.vertex_ai' }),
      false,
    ],
    [
      'a provider that is down, the objective of an organisation that does not call it',
      critical('GenAIProviderDown', 'provider', anthropic),
      critical('SLOErrorBudgetBurnFast', 'slo_errors', { org_id: 'globex' }),
      false,
    ],
    [
      'a provider that is down for an organisation, its objective',
      critical('GenAIProviderDownForOrganisation', 'provider', { ...acme, ...anthropic }),
      critical('SLOErrorBudgetBurnFast', 'slo_errors', acme),
      true,
    ],
    [
      'our pool, the slow queries of somebody’s shop',
      critical('PostgresPoolExhausted', 'postgres_pool', { job: 'api' }),
      warning('PostgresQueriesSlow', 'postgres_queries', { service_name: 'shop' }),
      false,
    ],
    [
      'a budget that is used up, its threshold of 150 %',
      critical('BudgetExceeded', 'budget', { ...falcon, threshold: '100' }),
      critical('BudgetExceeded', 'budget', { ...falcon, threshold: '150' }),
      false,
    ],
    [
      'a budget that is used up, its threshold of 80 %',
      critical('BudgetExceeded', 'budget', { ...falcon, threshold: '100' }),
      warning('BudgetNearLimit', 'budget', { ...falcon, threshold: '80' }),
      true,
    ],
  ])('%s', async (_, source, target, heldBack) => {
    await post([source, target])
    await pollUntil('both alerts, judged', async () => {
      const groups = await client.groups()
      expect(find(groups, source).status.state).toBe('active')
      expect(find(groups, target).status.state).toBe(heldBack ? 'suppressed' : 'active')
    })
  })

  it.each<[string, Labels, Labels]>([
    [
      'provider',
      critical('GenAIProviderDown', 'provider', openai),
      critical('GenAIProviderDown', 'provider', anthropic),
    ],
    [
      'organisation’s provider',
      critical('GenAIErrorRateHigh', 'errors', { ...acme, ...openai }),
      critical('GenAIErrorRateHigh', 'errors', { ...acme, ...anthropic }),
    ],
    [
      'service',
      critical('ServiceDown', 'service', { job: 'demo' }),
      critical('ServiceDown', 'service', { job: 'ledger' }),
    ],
    [
      'backend',
      warning('CollectorQueueNearFull', 'collector_queue', { exporter: 'otlp_grpc/tempo' }),
      warning('CollectorQueueNearFull', 'collector_queue', { exporter: 'otlp_http/ledger' }),
    ],
    [
      'job',
      warning('ApiJobStale', 'jobs', { task: 'budgets' }),
      warning('ApiJobStale', 'jobs', { task: 'alert_history' }),
    ],
    [
      'application',
      warning('RedisErrorsHigh', 'redis', { service_name: 'shop' }),
      warning('RedisErrorsHigh', 'redis', { service_name: 'search' }),
    ],
  ])('an acknowledgement of one %s does not silence another', async (_, taken, other) => {
    await post([taken, other])
    const group = await pollUntil('its group', async () => find(await client.groups(), taken).group)
    const matchLabels = matchLabelsOf({
      group_labels: group.labels,
      labels: taken,
      alert_name: taken.alertname ?? '',
    })
    const now = Date.now()
    const silence = { matchLabels, fromMs: now, untilMs: now + 600_000, createdBy: 'anna', comment: '' }
    const silenceId = await client.silence(silence)
    await pollUntil('the silence', async () => {
      const groups = await client.groups()
      expect(find(groups, taken).status.silencedBy).toEqual([silenceId])
      expect(find(groups, other).status.silencedBy).toEqual([])
    })
    await client.endSilence(silenceId)
  })
})
