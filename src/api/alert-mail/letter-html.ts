// The HTML of an admin's mail: tables and inline styles, for mail programs; the same look as prometheus/alertmanager/templates.
// In: what the letter says. Out: a document with every value escaped and isolated in its direction.
import { html, httpUrl, type Markup } from '../http/html.ts'

export interface LetterAlert {
  firing: boolean
  severity: string
  summary: string
  description: string
  action: string
  facts: [name: string, value: string][]
  link: string
  runbookUrl: string | undefined
  dashboardUrl: string | undefined
}

export function letterHtml(title: string, alerts: LetterAlert[], footer: string): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${title}</title>
<style>
@media (max-width: 480px) {
  .outer { padding: 0 !important; }
  .card { border-radius: 0 !important; padding: 16px !important; }
  .button { display: block !important; margin: 0 0 10px 0 !important; text-align: center !important; }
}
</style>
</head>
<body style="margin:0;background:#f2f4f7;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#1d2939;font-size:15px;line-height:1.5;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;background:#f2f4f7;table-layout:fixed;">
<tr><td class="outer" align="center" style="padding:24px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px;border-collapse:separate;table-layout:fixed;text-align:left;">
${alerts.map(card)}
<tr><td style="padding:4px 24px;color:#667085;font-size:12px;overflow-wrap:anywhere;"><bdi>${footer}</bdi></td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`.text
}

function card(alert: LetterAlert): Markup {
  const colour = !alert.firing ? '#12805c' : alert.severity === 'critical' ? '#b42318' : '#b54708'
  return html`
<tr><td class="card" style="background:#ffffff;border-radius:8px;padding:24px;border-top:5px solid ${colour};overflow-wrap:anywhere;word-break:break-word;">
<p style="margin:0 0 4px 0;font-size:12px;font-weight:700;letter-spacing:.06em;color:${colour};">${alert.firing ? alert.severity.toUpperCase() : 'RESOLVED'}</p>
<h1 style="margin:0 0 12px 0;font-size:20px;line-height:1.3;"><bdi>${alert.summary}</bdi></h1>
${alert.description && html`<p style="margin:0 0 16px 0;"><bdi>${alert.description}</bdi></p>`}
<table role="presentation" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:14px;margin:0 0 16px 0;">
${alert.facts.map(
  ([name, value]) =>
    html`<tr><td style="padding:3px 16px 3px 0;color:#667085;vertical-align:top;">${name}</td><td style="padding:3px 0;${name === 'Value' && 'font-weight:700;'}"><bdi>${value}</bdi></td></tr>`,
)}
</table>
${alert.action && html`<p style="margin:0 0 20px 0;padding:12px 14px;background:#f9fafb;border-left:3px solid #98a2b3;"><strong>What to do.</strong> <bdi>${alert.action}</bdi></p>`}
<p style="margin:0;">
<a class="button" href="${alert.link}" style="display:inline-block;background:#1d2939;color:#ffffff;text-decoration:none;padding:10px 16px;border-radius:6px;font-weight:600;margin:0 8px 8px 0;">${alert.firing ? 'Acknowledge' : 'History'}</a>
${button(alert.runbookUrl, 'Runbook')}
${button(alert.dashboardUrl, 'Dashboard')}
</p>
</td></tr>
<tr><td style="height:12px;line-height:12px;font-size:0;">&nbsp;</td></tr>`
}

const button = (url: string | undefined, text: string) => {
  const address = httpUrl(url)
  return (
    address !== undefined &&
    html`<a class="button" href="${address}" style="display:inline-block;color:#1d2939;text-decoration:none;padding:9px 16px;border:1px solid #98a2b3;border-radius:6px;margin:0 8px 8px 0;">${text}</a>`
  )
}
