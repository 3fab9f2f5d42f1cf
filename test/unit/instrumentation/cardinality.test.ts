// Metric labels stay few: what is folded, what stays visible, and how many series a hundred organisations make.
import { metrics } from '@opentelemetry/api'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { getTelemetryHealth, traceModelCall, withTenant } from '../../../instrumentation/index.ts'
import { runHundredOrganisations } from '../../support/hundred-organisations.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const telemetry = captureTelemetry({ labelLimits: { dealsPerOrg: 3, values: 5 } })
beforeEach(() => telemetry.reset())
afterAll(() => telemetry.stop())

const call = (orgId: string, dealId: string, model = 'm') =>
  withTenant({ orgId, dealId, userId: `${dealId}-user`, sessionId: `${dealId}-session` }, () =>
    traceModelCall({ provider: 'p', model, conversationId: `${dealId}-conversation` }, (call) => {
      call.setUsage({ inputTokens: 1, outputTokens: 1 })
      call.setResponse({ id: `${dealId}-response` })
    }),
  )

describe('labels', () => {
  it('name the first deals of each organisation and fold the rest, visibly, without losing a call', async () => {
    for (let deal = 0; deal < 10; deal++) for (const org of ['acme', 'globex']) await call(org, `deal-${deal}`)
    const points = await telemetry.points('gen_ai.client.operation.duration')
    expect(points.map(({ attributes, count }) => [attributes.org_id, attributes.deal_id, count]).sort()).toEqual([
      ['acme', '_other', 7],
      ['acme', 'deal-0', 1],
      ['acme', 'deal-1', 1],
      ['acme', 'deal-2', 1],
      ['globex', '_other', 7],
      ['globex', 'deal-0', 1],
      ['globex', 'deal-1', 1],
      ['globex', 'deal-2', 1],
    ])
    expect(await telemetry.points('spanledger.metrics.deals_folded')).toEqual([
      { attributes: { org_id: 'acme' }, value: 7 },
      { attributes: { org_id: 'globex' }, value: 7 },
    ])
  })

  it('bound every other value too, whatever the app or the provider makes up', async () => {
    for (let index = 0; index < 50; index++) await call('acme', 'falcon', `model-${index}`)
    const models = (await telemetry.points('gen_ai.client.operation.duration')).map(
      ({ attributes }) => attributes['gen_ai.request.model'],
    )
    expect(models.sort()).toEqual(['_other', 'model-0', 'model-1', 'model-2', 'model-3', 'model-4'])
  })

  it('never carry a user, session, conversation, response or trace id', async () => {
    await call('acme', 'falcon')
    const metrics = await telemetry.metrics()
    expect(metrics.length).toBeGreaterThanOrEqual(2)
    expect(JSON.stringify(metrics.map(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes)))).not.toMatch(
      /falcon-|[0-9a-f]{16}/,
    )
  })

  it('hide a secret that was used as a model name', async () => {
    await call('acme', 'falcon', `sk-${'a1'.repeat(20)}`)
    const [point] = await telemetry.points('gen_ai.client.operation.duration')
    expect(point?.attributes['gen_ai.request.model']).toBe('[redacted:api key]')
  })
})

describe('label sets over days, with an export in between', () => {
  it('are bounded: those beyond keep organisation, provider and error, and nothing is lost', async () => {
    telemetry.setLabelLimits({ orgs: 100, dealsPerOrg: 100, values: 100, sets: 20 })
    for (let day = 0; day < 10; day++) {
      for (let deal = 0; deal < 8; deal++) await call(`org-${deal % 2}`, `deal-${day}-${deal}`)
      await telemetry.metrics()
    }
    const points = await telemetry.points('gen_ai.client.operation.duration')
    expect(points.filter(({ attributes }) => attributes.deal_id !== '_other')).toHaveLength(20)
    const folded = points.filter(({ attributes }) => attributes.deal_id === '_other')
    expect(folded.map(({ attributes, count }) => [attributes, count])).toEqual(
      ['org-0', 'org-1'].map((org_id) => [
        {
          org_id,
          deal_id: '_other',
          'gen_ai.operation.name': '_other',
          'gen_ai.provider.name': 'p',
          'gen_ai.request.model': '_other',
        },
        30,
      ]),
    )
    expect(getTelemetryHealth().problems['label sets']).toBeGreaterThan(0)
  })

  it('of other libraries are bounded too', async () => {
    telemetry.setLabelLimits({ orgs: 100, dealsPerOrg: 100, values: 100, sets: 20 })
    const counter = metrics.getMeter('other').createCounter('other.requests')
    for (let day = 0; day < 10; day++) {
      for (let deal = 0; deal < 8; deal++)
        withTenant({ orgId: 'acme', dealId: `deal-${day}-${deal}` }, () => counter.add(1, { route: '/x' }))
      await telemetry.metrics()
    }
    const points = await telemetry.points('other.requests')
    expect(points).toHaveLength(21)
    expect(points).toContainEqual({ attributes: { route: '/x', org_id: '_other', deal_id: '_other' }, value: 60 })
  })
})

describe('a hundred organisations with fifty deals each', () => {
  // What Prometheus stores of them: test/database/series-budget.test.ts.
  it('stay below 20 000 streams with the default limits', async () => {
    await runHundredOrganisations(telemetry)
    const metrics = await telemetry.metrics()
    const streams = metrics.reduce((sum, { dataPoints }) => sum + dataPoints.length, 0)
    expect(streams).toBeGreaterThan(1_000)
    expect(streams).toBeLessThan(20_000)
  }, 60_000)
})
