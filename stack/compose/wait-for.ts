// Health checks inside containers. In: a URL and, optionally, how many seconds to keep asking. Out: exit code 0 once it
// answers 2xx, else 1 with the last answer in words.
import { setTimeout as sleep } from 'node:timers/promises'

const [url = '', seconds = '0'] = process.argv.slice(2)
const deadlineMs = Date.now() + Number(seconds) * 1_000

async function problem(): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) })
    return response.ok ? undefined : `${url} answers ${response.status}`
  } catch (error) {
    return `${url}: ${(error as Error).message}`
  }
}

let last = await problem()
while (last && Date.now() < deadlineMs) {
  await sleep(500)
  last = await problem()
}
if (last) {
  console.error(last)
  process.exitCode = 1
}
