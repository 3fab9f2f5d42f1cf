// Tenant context: what lands where, and what must never meet.

import { setTimeout as wait } from 'node:timers/promises'
import { context, logs, metrics, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { getTelemetryHealth, traceFeature, traceModelCall, withTenant } from '../../../instrumentation/index.ts'
import { ATTR } from '../../../instrumentation/semconv.ts'
import { tenantAttributes } from '../../../instrumentation/tenant/context.ts'
import { type Tenant, toTenantAttributes } from '../../../instrumentation/tenant/tenant.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const telemetry = captureTelemetry({ baggage: { hosts: ['ledger.internal', '*.svc.local', '127.0.0.1:4500'] } })
beforeEach(() => telemetry.reset())
afterAll(() => telemetry.stop())

const FULL = {
  orgId: 'acme',
  dealId: 'falcon',
  userId: 'jane@acme.com',
  sessionId: 's-1',
  feature: 'chat',
  agent: { id: 'a-1', name: 'Deal analyst', version: 'v2' },
  department: 'M&A',
  environment: 'production',
}
const FULL_ATTRIBUTES = {
  org_id: 'acme',
  deal_id: 'falcon',
  'user.id': 'jane@acme.com',
  'session.id': 's-1',
  feature: 'chat',
  'gen_ai.agent.id': 'a-1',
  'gen_ai.agent.name': 'Deal analyst',
  'gen_ai.agent.version': 'v2',
  department: 'M&A',
  'deployment.environment.name': 'production',
}

describe('withTenant', () => {
  it('lands whole on every span and log record below it, across async code', async () => {
    await withTenant(FULL, async () => {
      await wait(1)
      trace.getTracer('app').startSpan('work').end()
      await new Promise<void>((resolve) => setImmediate(resolve))
      logs.getLogger('app').emit({ body: 'hello' })
    })
    expect((await telemetry.spans()).map(({ attributes }) => attributes)).toEqual([FULL_ATTRIBUTES])
    expect((await telemetry.logs()).map(({ attributes }) => attributes)).toEqual([FULL_ATTRIBUTES])
  })

  it('lands on the metric points of other libraries as org_id and deal_id only', async () => {
    withTenant(FULL, () => metrics.getMeter('other').createCounter('other.requests').add(1, { route: '/x' }))
    expect(await telemetry.points('other.requests')).toEqual([
      { attributes: { route: '/x', org_id: 'acme', deal_id: 'falcon' }, value: 1 },
    ])
  })

  it('adds to the outer tenant', () => {
    withTenant({ orgId: 'acme', dealId: 'falcon' }, () =>
      withTenant({ feature: 'search', orgId: 'acme' }, () =>
        expect(tenantAttributes()).toEqual({ org_id: 'acme', deal_id: 'falcon', feature: 'search' }),
      ),
    )
  })

  it('inherits nothing from another organisation', () => {
    withTenant(FULL, () =>
      withTenant({ orgId: 'globex', dealId: 'heron' }, () =>
        expect(tenantAttributes()).toEqual({ org_id: 'globex', deal_id: 'heron' }),
      ),
    )
  })

  it('ends with its function', () => {
    withTenant(FULL, () => undefined)
    expect(tenantAttributes()).toBeUndefined()
  })

  it.each([
    ['an organisation with a space', { orgId: 'acme corp' }, 'tenant:orgId'],
    ['a deal of 129 characters', { orgId: 'acme', dealId: 'x'.repeat(129) }, 'tenant:dealId'],
    ['a number', { orgId: 42 as unknown as string }, 'tenant:orgId'],
    ['a control character', { orgId: 'acme', department: 'a\nb' }, 'tenant:department'],
  ])('refuses %s, says so, and runs the code all the same', (_name, tenant, problem) => {
    const before = getTelemetryHealth().problems[problem] ?? 0
    expect(withTenant(tenant, () => 'ran')).toBe('ran')
    expect(getTelemetryHealth().problems[problem]).toBe(before + 1)
  })

  it.each([
    ['a field of another name', { org_id: 'acme' }, 'org_id'],
    ['a Promise', Promise.resolve({ orgId: 'acme' }), 'a Promise'],
    ['nothing', undefined, 'refused: undefined'],
    ['a string', 'acme', 'a string of 4'],
    ['an object of something else', { plan: 'gold' }, 'none of its fields'],
  ])('refuses %s, says so, and books nothing of it under the outer tenant', async (_name, tenant, said) => {
    const before = getTelemetryHealth().problems['tenant:orgId'] ?? 0
    withTenant(FULL, () => withTenant(tenant as Tenant, () => expect(tenantAttributes()).toEqual({})))
    expect(getTelemetryHealth().problems['tenant:orgId']).toBe(before + 1)
    expect(toTenantAttributes(tenant as Tenant).problems[0]?.message).toContain(said)
  })

  it('refuses an agent that is no object and keeps the rest', () => {
    const { attributes, problems } = toTenantAttributes({ orgId: 'acme', agent: 'scout' as unknown as Tenant['agent'] })
    expect(attributes).toEqual({ org_id: 'acme' })
    expect(problems).toEqual([
      { field: 'agent', message: 'tenant agent refused: a string of 5 (allowed: { id, name, version })' },
    ])
  })

  it('takes what it knows of an object that holds more', () => {
    const user = { orgId: 'acme', userId: 'u-1', plan: 'gold', tenantName: 'Acme' }
    withTenant(user, () => expect(tenantAttributes()).toEqual({ org_id: 'acme', 'user.id': 'u-1' }))
    withTenant(FULL, () => withTenant({}, () => expect(tenantAttributes()).toEqual(FULL_ATTRIBUTES)))
  })

  it('never books a refused organisation under the outer one', () => {
    withTenant(FULL, () => withTenant({ orgId: 'not an id' }, () => expect(tenantAttributes()).toEqual({})))
  })
})

describe('concurrent requests', () => {
  it('200 of 20 organisations never see a foreign id, on spans, logs or metric points', async () => {
    const request = async (index: number) => {
      const org = `org-${index % 20}`
      const pause = () => wait((index * 7) % 5)
      await withTenant({ orgId: org, dealId: `${org}.deal`, userId: `${org}.user-${index}` }, async () => {
        await pause()
        await traceFeature('chat', async (run) => {
          await run.stage(`${org}.stage`, pause)
          logs.getLogger('app').emit({ body: org })
          const stream = await traceModelCall({ provider: 'local', model: `${org}.model`, stream: true }, () =>
            chunks(pause),
          )
          for await (const _ of stream) logs.getLogger('app').emit({ body: org })
        })
      })
    }
    await Promise.all(Array.from({ length: 200 }, (_, index) => request(index)))
    const spans = await telemetry.spans()
    expect(spans).toHaveLength(600)
    for (const { name, attributes } of spans) {
      const org = String(attributes.org_id)
      expect([attributes.deal_id, String(attributes['user.id']).split('.')[0]]).toEqual([`${org}.deal`, org])
      if (!name.startsWith('feature')) expect(name).toContain(`${org}.`)
    }
    const records = await telemetry.logs()
    expect(records).toHaveLength(600)
    for (const { body, attributes } of records) expect(attributes.org_id).toBe(body)
    const points = await telemetry.points('gen_ai.client.operation.duration')
    expect(points).toHaveLength(20)
    for (const { attributes, count } of points) {
      const org = String(attributes.org_id)
      expect([attributes.deal_id, attributes['gen_ai.request.model'], count]).toEqual([
        `${org}.deal`,
        `${org}.model`,
        10,
      ])
    }
  })
})

async function* chunks(pause: () => Promise<void>) {
  yield 'one '
  await pause()
  yield 'two'
}

describe('tenant baggage', () => {
  /** Headers of a request to `host`, as the HTTP instrumentations inject them. */
  const headersTo = (host: string, port = 443): Record<string, string> => {
    const carrier: Record<string, string> = {}
    withTenant({ orgId: 'acme', dealId: 'falcon', userId: 'jane@acme.com' }, () => {
      const span = trace.getTracer('http').startSpan('GET', {
        attributes: { [ATTR.serverAddress]: host, [ATTR.serverPort]: port },
      })
      const ctx = trace.setSpan(
        propagation.setBaggage(context.active(), propagation.createBaggage({ colour: { value: 'blue' } })),
        span,
      )
      propagation.inject(ctx, carrier)
      span.end()
    })
    return carrier
  }

  it.each([
    ['ledger.internal', 443],
    ['LEDGER.internal', 80],
    ['api.svc.local', 80],
    ['127.0.0.1', 4500],
  ])('goes to %s:%i, which is allowed', (host, port) => {
    expect(headersTo(host, port).baggage).toBe('colour=blue,org_id=acme,deal_id=falcon,user.id=jane%40acme.com')
  })

  it.each([
    ['api.openai.com', 443],
    ['api.anthropic.com', 443],
    ['generativelanguage.googleapis.com', 443],
    ['evilsvc.local', 80],
    ['ledger.internal.evil.com', 443],
    ['127.0.0.1', 4501],
  ])('never goes to %s:%i; trace context and the app’s own baggage do', (host, port) => {
    const headers = headersTo(host, port)
    expect(headers.baggage).toBe('colour=blue')
    expect(headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  })

  it('is not believed from outside, and not passed on, unless trusted', () => {
    const headers = { baggage: 'org_id=victim,deal_id=d,colour=blue' }
    const incoming = propagation.extract(ROOT_CONTEXT, headers)
    expect(tenantAttributes(incoming)).toBeUndefined()
    expect(propagation.getBaggage(incoming)?.getAllEntries()).toEqual([['colour', { value: 'blue' }]])
  })
})
