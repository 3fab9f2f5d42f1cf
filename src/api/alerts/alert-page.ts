// What the page of an alert shows. In: an alert, its timeline, a signed token. Out: markup: what is wrong, who has it, and
// buttons. Label values come from telemetry, so every one is escaped and isolated in its direction.
import { html, httpUrl, type Markup } from '../http/html.ts'
import type { AlertEvent, AlertRow } from './read-alert.ts'

export interface AlertPage {
  alert: AlertRow
  events: AlertEvent[]
  /** Signed; the form sends it back. */
  token: string
  /** Known when signed in; else the form asks. */
  actor: string | undefined
  /** False: they can look and add a note. */
  mayAct: boolean
  problem?: string | undefined
  nowMs: number
}

const utc = (date: Date) =>
  html`<time datetime="${date.toISOString()}">${date.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>`

export function alertPage(page: AlertPage): Markup {
  const { alert, problem } = page
  const { summary, description, value, action, runbook_url, dashboard_url } = alert.annotations
  const firing = alert.status === 'firing'
  return html`
<section class="${firing ? (alert.severity === 'critical' ? 'critical' : 'warning') : 'resolved'}">
<p class="tag">${firing ? alert.severity.toUpperCase() : 'RESOLVED'}</p>
<h1><bdi>${summary ?? alert.alert_name}</bdi></h1>
${problem && html`<p class="problem" role="alert">${problem}</p>`}
${ownership(page)}
${description && html`<p><bdi>${description}</bdi></p>`}
<dl>
<dt>Alert</dt><dd>${alert.alert_name}</dd>
${alert.labels.org_id && html`<dt>Organisation</dt><dd><bdi>${alert.labels.org_id}</bdi></dd>`}
${value && html`<dt>Value</dt><dd><bdi>${value}</bdi></dd>`}
<dt>Since</dt><dd>${utc(alert.starts_at)}</dd>
${alert.ends_at !== null && html`<dt>Until</dt><dd>${utc(alert.ends_at)}${person(alert.resolved_by) && html`, by <bdi>${alert.resolved_by ?? ''}</bdi>`}</dd>`}
</dl>
${firing && action && html`<p><strong>What to do.</strong> <bdi>${action}</bdi></p>`}
<p>${link(runbook_url, 'Runbook')} ${link(dashboard_url, 'Dashboard')}</p>
</section>
${actions(page)}
<section><h2>Labels</h2><dl>${Object.entries(alert.labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, label]) => html`<dt>${name}</dt><dd><bdi>${label}</bdi></dd>`)}
<dt>notifications</dt><dd>${alert.notifications}</dd></dl></section>
<section><h2>History</h2><ol>${page.events.map(
    ({ happened_at, kind, actor, note }) =>
      html`<li>${utc(happened_at)} ${kind}${person(actor) && html` by <bdi>${actor}</bdi>`}${note !== null && html`: <bdi>${note}</bdi>`}</li>`,
  )}</ol></section>`
}

/** False for what told us by itself. */
const person = (actor: string | null): boolean =>
  actor !== null && !['webhook', 'alertmanager', 'prometheus'].includes(actor)

const link = (url: string | undefined, text: string) => {
  const address = httpUrl(url)
  return address !== undefined && html`<a href="${address}" rel="noreferrer">${text}</a>`
}

function ownership({ alert, nowMs }: AlertPage): Markup {
  if (alert.status !== 'firing') return html``
  const silenced =
    alert.silenced_until !== null && alert.silenced_until.getTime() > nowMs ? alert.silenced_until : undefined
  const quiet =
    silenced &&
    html`<br><small>Silenced until ${utc(silenced)}${alert.silence_id === null && '; Alertmanager has not been reached yet'}.</small>`
  if (!alert.acknowledged_at) return html`<p class="owner nobody">Nobody has it yet.${quiet}</p>`
  return html`<p class="owner"><strong><bdi>${alert.acknowledged_by ?? ''}</bdi> has it</strong> since ${utc(alert.acknowledged_at)}.${
    alert.acknowledge_note !== null && html` <bdi>${alert.acknowledge_note}</bdi>`
  }${quiet}</p>`
}

function actions({ alert, token, actor, mayAct }: AlertPage): Markup {
  const firing = alert.status === 'firing'
  const taken = alert.acknowledged_by !== null
  return html`
<section><form method="post" action="/alerts/${alert.fingerprint}">
<input type="hidden" name="t" value="${token}">
${
  actor === undefined
    ? html`<label for="who">Your name</label><input id="who" name="who" required maxlength="64" autocomplete="name">`
    : html`<p><small>You act as <bdi>${actor}</bdi>.</small></p>`
}
<label for="note">Note</label><textarea id="note" name="note" rows="2" maxlength="2000"></textarea>
${
  firing &&
  mayAct &&
  html`<label for="minutes">Silence the group for</label>
<select id="minutes" name="minutes"><option value="60">1 hour</option><option value="240" selected>4 hours</option><option value="720">12 hours</option><option value="1440">1 day</option></select>
<button class="main" name="action" value="${taken ? 'take-over' : 'acknowledge'}">${taken ? 'Take over' : 'Acknowledge'}</button>
<button name="action" value="snooze">Snooze</button>
<button name="action" value="resolve">Resolve</button>`
}
<button name="action" value="note">Add note</button>
</form></section>`
}

export function listPage(alerts: AlertRow[], links: string[]): Markup {
  const row = (alert: AlertRow, index: number) => html`<tr>
<td>${alert.status === 'firing' ? alert.severity : 'resolved'}</td>
<td><a href="${links[index]}"><bdi>${alert.annotations.summary ?? alert.alert_name}</bdi></a><br><small>${alert.alert_name} ${utc(alert.starts_at)}</small></td>
<td>${alert.acknowledged_by !== null && html`<bdi>${alert.acknowledged_by}</bdi>`}</td></tr>`
  return html`<section><h1>Alerts</h1>${
    alerts.length === 0
      ? html`<p>Nothing has fired.</p>`
      : html`<table><thead><tr><th>State</th><th>Alert</th><th>Who has it</th></tr></thead><tbody>${alerts.map(row)}</tbody></table>`
  }</section>`
}

export function signInPage(next: string, problem?: string): Markup {
  return html`<section><h1>Sign in</h1>
${problem !== undefined && html`<p class="problem" role="alert">${problem}</p>`}
<form method="post" action="/alerts/sign-in">
<input type="hidden" name="next" value="${next}">
<label for="credential">Access token or API key</label>
<input id="credential" name="credential" type="password" required autocomplete="current-password">
<label for="organization">Organisation (when you belong to several)</label>
<input id="organization" name="organization" maxlength="128">
<button class="main">Sign in</button>
</form></section>`
}

export const problemPage = (title: string, message: string): Markup =>
  html`<section class="warning"><h1>${title}</h1><p class="problem" role="alert">${message}</p><p><a href="/alerts">All alerts</a></p></section>`
