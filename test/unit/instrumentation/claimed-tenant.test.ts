// Code that goes on from an event of a request (uploads do) runs in the context from before tenantMiddleware: the tenant
// that claimed the request's trace is its tenant too, for every signal.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Context, context, logs, metrics, propagation, SpanKind, trace } from '@opentelemetry/api'
import express from 'express'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  jobCarrier,
  logFields,
  tenantMiddleware,
  traceFeature,
  traceModelCall,
  withTenant,
} from '../../../instrumentation/index.ts'
import { ATTR } from '../../../instrumentation/semconv.ts'
import { tenantAttributes } from '../../../instrumentation/tenant/context.ts'
import { captureTelemetry } from '../../support/telemetry.ts'

const telemetry = captureTelemetry({ baggage: { hosts: ['ledger.internal'] } })
beforeEach(() => telemetry.reset())
afterAll(() => telemetry.stop())

const TENANT = { orgId: 'acme', dealId: 'falcon', department: 'legal', agent: { id: 'scout' } }
const ATTRIBUTES = { org_id: 'acme', deal_id: 'falcon', department: 'legal', 'gen_ai.agent.id': 'scout' }
const tracer = trace.getTracer('http')
const logger = () => logs.getLogger('app')

/** Runs `fn` where a request goes on from its own event: below its span, in the context from before the middleware. */
async function afterClaim(fn: () => unknown, around: (ctx: Context) => Context = (ctx) => ctx): Promise<void> {
  const server = tracer.startSpan('POST /upload', { kind: SpanKind.SERVER })
  const before = around(trace.setSpan(context.active(), server))
  await context.with(before, () => tenantMiddleware(() => TENANT)({} as never, {} as never, () => undefined))
  await context.with(before, async () => fn())
  server.end()
}

const attributesOf = async (name: string) => (await telemetry.spans()).find((span) => span.name === name)?.attributes

describe('after an event of the request', () => {
  it('the tenant is known, to the app, its jobs and its log lines', async () => {
    await afterClaim(() => {
      expect(tenantAttributes()).toEqual(ATTRIBUTES)
      expect(jobCarrier().tenant).toEqual(ATTRIBUTES)
      expect(logFields()).toMatchObject(ATTRIBUTES)
    })
  })

  it('a feature adds to it, on spans, log lines, OTLP logs and metric points', async () => {
    await afterClaim(() =>
      traceFeature('document_upload', async () => {
        expect(logFields()).toMatchObject({ ...ATTRIBUTES, feature: 'document_upload' })
        logger().emit({ body: 'in the feature' })
        metrics.getMeter('other').createCounter('other.uploads').add(1)
        await traceModelCall({ provider: 'openai', model: 'm' }, (call) =>
          call.setUsage({ inputTokens: 1, outputTokens: 1 }),
        )
      }),
    )
    const expected = { ...ATTRIBUTES, feature: 'document_upload' }
    expect(await attributesOf('feature document_upload')).toMatchObject(expected)
    expect(await attributesOf('chat m')).toMatchObject(expected)
    expect((await telemetry.logs())[0]?.attributes).toEqual(expected)
    expect((await telemetry.points('other.uploads'))[0]?.attributes).toEqual({ org_id: 'acme', deal_id: 'falcon' })
    expect((await telemetry.points('gen_ai.client.operation.duration'))[0]?.attributes).toMatchObject({
      org_id: 'acme',
      deal_id: 'falcon',
      feature: 'document_upload',
    })
  })

  it('a feature that began before the tenant was known has it afterwards', async () => {
    const server = tracer.startSpan('POST /upload', { kind: SpanKind.SERVER })
    await context.with(trace.setSpan(context.active(), server), () =>
      traceFeature('document_upload', async () => {
        logger().emit({ body: 'early' })
        await tenantMiddleware(() => TENANT)({} as never, {} as never, () => undefined)
        expect(tenantAttributes()).toEqual({ ...ATTRIBUTES, feature: 'document_upload' })
      }),
    )
    server.end()
    expect((await telemetry.logs())[0]?.attributes).toEqual({ ...ATTRIBUTES, feature: 'document_upload' })
  })

  it('baggage goes to hosts on the allow-list', async () => {
    const carrier: Record<string, string> = {}
    await afterClaim(() => {
      const client = tracer.startSpan('GET', { attributes: { [ATTR.serverAddress]: 'ledger.internal' } })
      propagation.inject(trace.setSpan(context.active(), client), carrier)
      client.end()
    })
    expect(carrier.baggage).toContain('org_id=acme,deal_id=falcon')
  })

  it('another organisation, or one that was refused, gets nothing of it', async () => {
    await afterClaim(() => {
      withTenant({ orgId: 'globex' }, () => {
        expect(tenantAttributes()).toEqual({ org_id: 'globex' })
        tracer.startSpan('of globex').end()
      })
      withTenant({ orgId: 'not an id' }, () =>
        withTenant({ feature: 'chat' }, () => {
          expect(tenantAttributes()).toEqual({ feature: 'chat' })
          logger().emit({ body: 'of nobody' })
          tracer.startActiveSpan('of nobody', (span) => {
            tracer.startSpan('below nobody').end()
            span.end()
          })
        }),
      )
    })
    expect(await attributesOf('of globex')).toEqual({ org_id: 'globex' })
    for (const name of ['of nobody', 'below nobody']) expect(await attributesOf(name)).toEqual({ feature: 'chat' })
    expect((await telemetry.logs())[0]?.attributes).toEqual({ feature: 'chat' })
  })
})

describe('an upload that goes on from the event `end`', () => {
  it('keeps its tenant with Express', async () => {
    const app = express()
    // What the HTTP instrumentation does: events of the request run in the context of its span.
    app.use((req, _res, next) => {
      const span = tracer.startSpan('POST', { kind: SpanKind.SERVER })
      const ctx = trace.setSpan(context.active(), span)
      context.bind(ctx, req)
      context.with(ctx, next)
    })
    app.use(tenantMiddleware(() => TENANT))
    app.post(
      '/upload',
      (req, _res, next) => {
        req.on('data', () => undefined)
        req.on('end', () => next())
      },
      (_req, res) => void res.json(tenantAttributes() ?? null),
    )
    const server: Server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/upload`
    const response = await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) })
    expect(await response.json()).toEqual(ATTRIBUTES)
    server.close()
    server.closeAllConnections()
  })
})
