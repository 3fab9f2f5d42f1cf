// The app that instrumentation-http.ts measures: one Express route, called over a kept-alive connection.
// Out: CPU microseconds per request on standard output.
import { Agent, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'

const WARM_UP = 1_000
const REQUESTS = 4_000

const app = express()
app.get('/deals/:deal', (_request, response) => {
  response.json({ ok: true })
})
const server = app.listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/deals/falcon`

const request = () =>
  new Promise<void>((resolve, reject) => {
    get(url, { agent }, (response) => response.resume().once('end', () => resolve())).once('error', reject)
  })

for (let i = 0; i < WARM_UP; i++) await request()
const before = process.cpuUsage()
for (let i = 0; i < REQUESTS; i++) await request()
const { user, system } = process.cpuUsage(before)
process.stdout.write(String((user + system) / REQUESTS))
// The collector is not there on purpose; its retries must not hold up the benchmark.
process.exit(0)
