// The second webhook Alertmanager calls. In: a delivery for one group. Out: mails to the organisation's own admins; 2xx only
// when every mail was taken, so that Alertmanager delivers again otherwise. Alertmanager groups, inhibits, silences and
// cools down; here is decided who may read it.
import { z } from 'zod'
import type { RecordAlerts } from '../alerts/record-alerts.ts'
import { toReports, WEBHOOK_BODY } from '../alerts/webhook-body.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import type { SendAlertMails } from './send-alert-mails.ts'

const DATA = z.object({ sent: z.number().int(), sent_already: z.number().int() }).strict()

export const alertMailRoutes = (recordAlerts: RecordAlerts, sendAlertMails: SendAlertMails): AnyRoute[] => [
  defineRoute({
    method: 'post',
    path: '/api/v1/webhooks/organisation-mail',
    operationId: 'mailOrganisationAdmins',
    summary: 'Alertmanager delivers what organisations’ own admins are mailed',
    tag: 'alerts',
    access: 'webhook',
    body: WEBHOOK_BODY,
    data: DATA,
    async handle({ body }) {
      const reports = toReports(body)
      // The other webhook does the same, sooner or later; a link must not come before the page it opens.
      await recordAlerts(reports, 'webhook')
      return { data: await sendAlertMails(body.groupKey, reports) }
    },
  }),
]
