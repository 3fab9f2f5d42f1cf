// Runbooks where a mail's link points. In: the name of an alert. Out: prometheus/runbooks/<name>.md as a page.
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Express } from 'express'
import { marked } from 'marked'
import { html, Markup } from '../http/html.ts'
import { sendPage } from '../http/page.ts'
import { problemPage } from './alert-page.ts'

const FOLDER = resolve(import.meta.dirname, '../../../prometheus/runbooks')

/** A person on call comes from a mail, not from the README. */
const HOW_TO_RUN = html`<section><h2>How to run these</h2>
<p>Commands: in the checkout, where <code>spanledger</code> is <code>./spanledger</code>. PromQL: in Grafana's Explore, or</p>
<pre><code>curl -sG http://127.0.0.1:9090/api/v1/query --data-urlencode 'query=…'</code></pre>
<p>SQL:</p>
<pre><code>psql "postgres://postgres:$(grep ^POSTGRES_PASSWORD= .env | cut -d= -f2)@127.0.0.1:54329/spanledger"</code></pre>
<p>Ports are the defaults, and <code>acme</code> stands for the organisation.</p></section>`

export function mountRunbooks(app: Express, folder = FOLDER): void {
  app.get('/runbooks/:name', async (request, response) => {
    const name = /^([A-Za-z0-9]{1,64})(\.md)?$/.exec(request.params.name)?.[1]
    const text =
      name === undefined ? undefined : await readFile(join(folder, `${name}.md`), 'utf8').catch(() => undefined)
    if (text === undefined)
      return sendPage(response, 404, 'Runbook', problemPage('No such runbook', 'There is no runbook of this name.'))
    const body = await marked.parse(text)
    sendPage(response, 200, `Runbook: ${name}`, new Markup(`<section>${body}</section>${HOW_TO_RUN.text}`))
  })
}
