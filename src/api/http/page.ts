// The frame of the api's few pages. In: a title and markup. Out: a response no script runs in and no other site may frame.
import type { Response } from 'express'
import { html, type Markup } from './html.ts'

export function sendPage(response: Response, status: number, title: string, body: Markup): void {
  response
    .status(status)
    .set({
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      // The address holds a signed token; it must not travel to the runbook's site.
      'Referrer-Policy': 'no-referrer',
      'X-Robots-Tag': 'noindex',
    })
    .type('html')
    .send(
      html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body><main>${body}</main></body>
</html>
`.text,
    )
}

const STYLE = html`
:root { color-scheme: light dark; --line: #d0d5dd; --soft: #667085; --bad: #b42318; --warn: #b54708; --good: #12805c; --card: #fff; --back: #f2f4f7; }
@media (prefers-color-scheme: dark) { :root { --line: #475467; --soft: #98a2b3; --bad: #f97066; --warn: #fdb022; --good: #32d583; --card: #1d2939; --back: #101828; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 1rem; }
section { background: var(--card); border-radius: 8px; padding: 1.25rem; margin-bottom: 1rem; overflow-wrap: anywhere; }
section.critical { border-top: 5px solid var(--bad); } section.warning { border-top: 5px solid var(--warn); } section.resolved { border-top: 5px solid var(--good); }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .5rem; } h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; } section > h2:first-child { margin-top: 0; }
.tag { font-size: .75rem; font-weight: 700; letter-spacing: .06em; margin: 0; } .critical .tag { color: var(--bad); } .warning .tag { color: var(--warn); } .resolved .tag { color: var(--good); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 1rem 0; } dt { color: var(--soft); } dd { margin: 0; }
.owner { border-left: 4px solid var(--good); padding-left: .75rem; } .nobody { border-color: var(--warn); } .problem { border-left: 4px solid var(--bad); padding-left: .75rem; }
label { display: block; margin: .6rem 0 .2rem; font-size: .9rem; color: var(--soft); }
input, select, textarea { font: inherit; width: 100%; padding: .5rem; border: 1px solid var(--line); border-radius: 6px; background: transparent; color: inherit; }
select option { color: #000; }
button { font: inherit; font-weight: 600; padding: .6rem 1rem; margin: 1rem .5rem 0 0; border: 1px solid var(--line); border-radius: 6px; background: transparent; color: inherit; cursor: pointer; }
button.main { background: #175cd3; border-color: #175cd3; color: #fff; }
ol, ul { padding-left: 1.2rem; margin: 0; } time, small { color: var(--soft); }
table { width: 100%; border-collapse: collapse; } td, th { text-align: left; padding: .3rem .5rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: 6px; }
@media (max-width: 480px) { main { padding: 0; } button { width: 100%; } dt { max-width: 40vw; } }
`
