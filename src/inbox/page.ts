// The inbox as a web page. In: mails. Out: HTML that needs no script; a mail's own HTML is shown in a sandboxed frame
// that may neither run scripts, nor load anything from elsewhere, nor reach this page.
import type { Mail } from './mailbox.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1000px; padding: 1.5rem; }
h1 { font-size: 1.25rem; } a { color: inherit; } p.note, time, dt { opacity: .7; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); }
td:first-child { white-space: nowrap; } td { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 60vh; border: 1px solid var(--line); background: #fff; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
`

const layout = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`

const timeOf = (mail: Mail) => {
  const shown = mail.receivedAt.replace('T', ' ').slice(0, 19)
  return `<time datetime="${escapeHtml(mail.receivedAt)}">${escapeHtml(shown)} UTC</time>`
}

export function listPage(mails: readonly Mail[]): string {
  const rows = mails.map(
    (mail) =>
      `<tr><td>${timeOf(mail)}</td><td>${escapeHtml(mail.to.join(', '))}</td>` +
      `<td><a href="/messages/${encodeURIComponent(mail.id)}">${escapeHtml(mail.subject || '(no subject)')}</a></td></tr>`,
  )
  const table = `<table><thead><tr><th>Received</th><th>To</th><th>Subject</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
  const empty = '<p class="note">No mail yet. Alertmanager sends its mails here.</p>'
  return layout(`Inbox (${mails.length})`, `<h1>Inbox</h1>${mails.length > 0 ? table : empty}`)
}

export function mailPage(mail: Mail): string {
  const facts: [string, string][] = [
    ['From', mail.from],
    ['To', mail.to.join(', ')],
    [
      'Attachments',
      mail.attachments.map((part) => `${part.name} (${part.mimeType}, ${part.sizeBytes} bytes)`).join(', '),
    ],
  ]
  const shown = facts.filter(([, value]) => value !== '')
  const list = shown.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('')
  const html = mail.html
    ? `<h2>HTML</h2><iframe sandbox title="HTML part of the mail" src="/messages/${encodeURIComponent(mail.id)}/html"></iframe>`
    : ''
  const text = mail.text ? `<h2>Text</h2><pre>${escapeHtml(mail.text)}</pre>` : ''
  return layout(
    mail.subject || '(no subject)',
    `<p><a href="/">← Inbox</a></p><h1>${escapeHtml(mail.subject || '(no subject)')}</h1><dl><dt>Received</dt><dd>${timeOf(mail)}</dd>${list}</dl>${html}${text}`,
  )
}
