// The inbox over HTTP. In: GET requests, and DELETE to empty it. Out: the page, one mail's HTML, or JSON.
import express, { type Express, type Response } from 'express'
import type { Mailbox } from './mailbox.ts'
import { listPage, mailPage } from './page.ts'

const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'"
/** For the mail's own HTML: an opaque origin without scripts; links open on top only where the frame allows it. */
const MAIL_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

function sendHtml(response: Response, html: string, policy = PAGE_POLICY): void {
  response.set({
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  })
  response.type('html').send(html)
}

const asText = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

export function createWeb(mailbox: Mailbox): Express {
  const app = express().disable('x-powered-by')
  app.get(['/livez', '/readyz'], (_request, response) => {
    response.json({ status: 'ok' })
  })
  app.get('/', (_request, response) => sendHtml(response, listPage(mailbox.find())))
  app.get('/messages/:id', (request, response) => {
    const mail = mailbox.get(request.params.id)
    if (mail) sendHtml(response, mailPage(mail))
    else response.status(404).type('text').send('No such mail; it may have given way to newer ones.')
  })
  app.get('/messages/:id/html', (request, response) => {
    const mail = mailbox.get(request.params.id)
    if (mail) sendHtml(response, mail.html, MAIL_POLICY)
    else response.status(404).type('text').send('No such mail; it may have given way to newer ones.')
  })
  app.get('/api/messages', (request, response) => {
    const filter = { to: asText(request.query.to), subject: asText(request.query.subject) }
    response.json({ messages: mailbox.find(filter), evicted: mailbox.evicted() })
  })
  app.delete('/api/messages', (_request, response) => {
    mailbox.clear()
    response.status(204).end()
  })
  return app
}
