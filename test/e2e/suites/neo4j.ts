// Neo4j stops: the chat still answers and says that it is degraded, a mail arrives within two minutes; it starts: resolved.
import { describe, expect, test } from 'vitest'
import { pollUntil } from '../../support/poll.ts'
import { pollRows, type World } from '../world.ts'

const MAIL_WITHIN_MS = 120_000

export const neo4jSuite = (world: () => World) =>
  describe('Neo4j stopped and started', () => {
    test('degraded chat, mail with summary and runbook within two minutes, then a resolved mail', async () => {
      expect(await world().mails('Neo4jDown')).toEqual([])
      await world().stack.stopService('neo4j')
      const stoppedAt = Date.now()

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
          const [mail] = await world().mails('Neo4jDown')
          if (!mail) throw new Error('no mail yet')
          return mail
        },
        { timeoutMs: MAIL_WITHIN_MS, everyMs: 1000 },
      )
      expect(Date.now() - stoppedAt).toBeLessThan(MAIL_WITHIN_MS)
      expect(fired.text).toContain('runbooks/Neo4jDown.md')
      expect(fired.html).toContain('runbooks/Neo4jDown.md')
      await pollRows(
        world(),
        `select alert_name, status from alert_instances where alert_name = 'Neo4jDown'`,
        [],
        [{ alert_name: 'Neo4jDown', status: 'firing' }],
      )

      await world().stack.startService('neo4j', 120_000)
      await pollUntil(
        'the resolved mail',
        async () => {
          const mails = await world().mails('Neo4jDown')
          if (!mails.some(({ subject }) => /resolved/i.test(subject))) throw new Error(`${mails.length} mails`)
        },
        { timeoutMs: MAIL_WITHIN_MS, everyMs: 1000 },
      )
      await pollRows(
        world(),
        `select alert_name, status from alert_instances where alert_name = 'Neo4jDown'`,
        [],
        [{ alert_name: 'Neo4jDown', status: 'resolved' }],
      )
    })
  })
