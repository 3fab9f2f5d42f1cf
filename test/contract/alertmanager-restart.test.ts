// An Alertmanager that was restarted during an outage: Prometheus repeats each alert at its own time, the symptom perhaps before
// its cause. The real Alertmanager with the project's configuration, and a real SMTP server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAlertmanagerClient } from '../../src/api/alerts/alertmanager-client.ts'
import { type MailServer, startMailServer } from '../support/mail-server.ts'
import { pollUntil } from '../support/poll.ts'
import { type Started, startAlertmanager, temporaryFolder } from '../support/prometheus.ts'

describe('an Alertmanager that has just started', () => {
  const folder = temporaryFolder('restart')
  let mailServer: MailServer
  let alertmanager: Started | undefined

  beforeAll(async () => {
    mailServer = await startMailServer()
  })
  afterAll(async () => {
    await alertmanager?.program.stop()
    await mailServer?.close()
    folder.remove()
  })

  const restart = async (flags: string[]) => {
    await alertmanager?.program.stop()
    const values = { ALERTMANAGER_SMTP_SMARTHOST: mailServer.address, ALERTMANAGER_GROUP_WAIT: '100ms' }
    alertmanager = await startAlertmanager(folder.path, values, undefined, undefined, flags)
  }
  const repeat = async (alertname: string) => {
    const labels = { alertname, severity: 'critical', topic: alertname }
    const response = await fetch(`${alertmanager?.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels, annotations: { summary: alertname } }]),
    })
    expect(response.status).toBe(200)
  }
  const isMailed = (alertname: string) =>
    pollUntil(`a mail about ${alertname}`, () =>
      expect(mailServer.mails.map(({ subject }) => subject).join()).toContain(alertname),
    )
  const stateOf = async (alertname: string) => {
    const groups = await createAlertmanagerClient(alertmanager?.url ?? '').groups()
    return groups.find(({ labels }) => labels.alertname === alertname)?.alerts[0]?.status.state
  }

  it('mails a symptom that it hears of before the cause, when it does not wait (control)', async () => {
    await restart([])
    await repeat('LedgerIngestStalled')
    await isMailed('LedgerIngestStalled')
  })

  it('mails the cause only, when it listens first', async () => {
    mailServer.mails.length = 0
    await restart(['--dispatch.start-delay=10s'])
    await repeat('LedgerIngestStalled')
    await pollUntil('the symptom to be known', async () => expect(await stateOf('LedgerIngestStalled')).toBe('active'))
    await repeat('CollectorDown')
    await isMailed('CollectorDown')
    expect(await stateOf('LedgerIngestStalled')).toBe('suppressed')
    expect(mailServer.mails.map(({ subject }) => subject)).toEqual([expect.stringContaining('CollectorDown')])
  })
})
