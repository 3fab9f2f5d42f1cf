// Two Alertmanagers in a cluster on loopback: one mail a group, also after one of them is killed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAlertmanagerClient } from '../../src/api/alerts/alertmanager-client.ts'
import { type MailServer, startMailServer } from '../support/mail-server.ts'
import { pollUntil } from '../support/poll.ts'
import { type Started, startAlertmanager, temporaryFolder } from '../support/prometheus.ts'
import { freePorts } from '../support/third-party.ts'

describe('two Alertmanagers', () => {
  const folder = temporaryFolder('cluster')
  let mailServer: MailServer
  let pair: [Started, Started]

  /** Prometheus sends every alert to all of them. */
  const post = async (alertname: string, to: readonly Started[]) => {
    const body = JSON.stringify([
      { labels: { alertname, severity: 'critical', topic: alertname }, annotations: { summary: alertname } },
    ])
    for (const { url } of to) {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${url}/api/v2/alerts`, { method: 'POST', headers, body })
      expect(response.status).toBe(200)
    }
  }
  const mailsAbout = (alertname: string) => mailServer.mails.filter(({ subject }) => subject?.includes(alertname))
  /** The last member waits five seconds for the others’ word before it sends itself (test/support/prometheus.ts). */
  const lastTurnMs = 6_500
  const firstMail = (alertname: string) =>
    pollUntil(`a mail about ${alertname}`, () => expect(mailsAbout(alertname).length).toBeGreaterThan(0))
  const expectOneMail = async (alertname: string) => {
    await firstMail(alertname)
    const until = Date.now() + lastTurnMs
    await pollUntil('every member to have had its turn', () => {
      expect(mailsAbout(alertname)).toHaveLength(1)
      expect(Date.now()).toBeGreaterThan(until)
    })
  }

  beforeAll(async () => {
    mailServer = await startMailServer()
    const [a, b] = (await freePorts(2)).map((port) => `127.0.0.1:${port}`) as [string, string]
    const values = {
      ALERTMANAGER_SMTP_SMARTHOST: mailServer.address,
      ALERTMANAGER_GROUP_WAIT: '500ms',
      ALERTMANAGER_GROUP_INTERVAL: '1s',
    }
    const first = await startAlertmanager(folder.path, values, { listen: a, peers: [b] })
    const second = await startAlertmanager(folder.path, values, { listen: b, peers: [a] })
    pair = [first, second]
    for (const { url } of pair) {
      await pollUntil('a cluster of two', async () => {
        const { cluster } = (await (await fetch(`${url}/api/v2/status`)).json()) as {
          cluster: { status: string; peers: unknown[] }
        }
        expect(cluster.status).toBe('ready')
        expect(cluster.peers).toHaveLength(2)
      })
    }
  }, 90_000)

  afterAll(async () => {
    await Promise.all((pair ?? []).map(({ program }) => program.stop('SIGKILL')))
    await mailServer?.close()
    folder.remove()
  })

  it('send one mail a group', async () => {
    await post('ClusterOne', pair)
    await expectOneMail('ClusterOne')
  })

  it('send one mail a group after one was killed', async () => {
    await pair[0].program.stop('SIGKILL')
    await post('ClusterTwo', [pair[1]])
    await expectOneMail('ClusterTwo')
  })

  it('let the api see and silence what fires through the one that is left', async () => {
    const both = createAlertmanagerClient(pair.map(({ url }) => url).join(','))
    const names = async () => (await both.groups()).map(({ labels }) => labels.alertname)
    expect(await names()).toContain('ClusterTwo')
    const until = Date.now() + 60_000
    const silence = { fromMs: Date.now(), untilMs: until, createdBy: 'anna', comment: 'mine' }
    const id = await both.silence({ ...silence, matchLabels: { alertname: 'ClusterTwo' } })
    await pollUntil('the silence', async () => {
      const [group] = (await both.groups()).filter(({ labels }) => labels.alertname === 'ClusterTwo')
      expect(group?.alerts[0]?.status.silencedBy).toEqual([id])
    })
    const killed = createAlertmanagerClient(pair[0].url)
    await expect(killed.groups()).rejects.toMatchObject({ code: 'unavailable' }) // control
  })

  it('would send two without a cluster (control)', async () => {
    const values = { ALERTMANAGER_SMTP_SMARTHOST: mailServer.address, ALERTMANAGER_GROUP_WAIT: '100ms' }
    const alone = await Promise.all([startAlertmanager(folder.path, values), startAlertmanager(folder.path, values)])
    try {
      await post('Alone', alone)
      await pollUntil('two mails', () => expect(mailsAbout('Alone')).toHaveLength(2))
    } finally {
      await Promise.all(alone.map(({ program }) => program.stop()))
    }
  })
})
