// Neo4j stops: the chat still answers and says that it is degraded, a mail arrives within two minutes; it starts: resolved.
import { describe, expect, test } from 'vitest'
import { pollUntil } from '../../support/poll.ts'
import { pollRows, type World } from '../world.ts'

const MAIL_WITHIN_MS = 120_000

export const neo4jSuite = (world: () => World) =>
  describe('Neo4j stopped and started', () => {
    test('degraded chat, mail with summary and runbook within two minutes, then a resolved mail', async () => {
      // On a busy machine Neo4j may have started later than its alert waits: that one is over first.
      await pollUntil('no alert on Neo4j', async () =>
        expect(await world().promql('count(ALERTS{alertname="Neo4jDown"}) or vector(0)')).toBe(0),
      )
      const stoppedAt = Date.now()
      const mailsSince = async (sinceMs: number, status: RegExp) =>
        (await world().mails('Neo4jDown')).filter(
          ({ subject, receivedAt }) => status.test(subject) && Date.parse(receivedAt) >= sinceMs,
        )
      const inHistory = (status: string) =>
        pollRows(
          world(),
          `select alert_name, status from alert_instances where alert_name = 'Neo4jDown' and starts_at >= $1`,
          [new Date(stoppedAt)],
          [{ alert_name: 'Neo4jDown', status }],
        )
      await world().stack.stopService('neo4j')

      const response = await world().chat({ orgId: 'acme', dealId: 'falcon' }, 'Who is the chief executive of Falcon?')
      expect(response.status).toBe(200)
      const traceId = response.headers.get('x-trace-id')
      const { degraded } = (await response.json()) as { degraded: { part: string }[] }
      expect(degraded.map(({ part }) => part)).toContain('graph')
      await pollRows(
        world(),
        'select feature_name, status from feature_usage where trace_id = $1',
        [traceId],
        [{ feature_name: 'chat', status: 'degraded' }],
      )

      const fired = await pollUntil(
        'the mail that Neo4j is down',
        async () => {
          const [mail] = await mailsSince(stoppedAt, /^\[CRITICAL\]/)
          if (!mail) throw new Error('no mail yet')
          return mail
        },
        { timeoutMs: MAIL_WITHIN_MS, everyMs: 1000 },
      )
      expect(Date.now() - stoppedAt).toBeLessThan(MAIL_WITHIN_MS)
      expect(fired.text).toContain('runbooks/Neo4jDown.md')
      expect(fired.html).toContain('runbooks/Neo4jDown.md')
      await inHistory('firing')

      const startedAt = Date.now()
      await world().stack.startService('neo4j', 120_000)
      await pollUntil(
        'the resolved mail',
        async () => {
          if ((await mailsSince(startedAt, /^\[RESOLVED\]/)).length === 0) throw new Error('no mail yet')
        },
        { timeoutMs: MAIL_WITHIN_MS, everyMs: 1000 },
      )
      await inHistory('resolved')
    })
  })
