import { expect, test } from 'vitest'
import { duration, statusTable } from '../../../stack/commands/status.ts'
import type { ServiceStatus } from '../../../stack/supervisor/types.ts'

test('shows state, process, restarts, uptime and url, or the reason in its place', () => {
  const services: ServiceStatus[] = [
    { name: 'ledger', title: '', state: 'healthy', pid: 12, restarts: 3, startedAtMs: 0, url: 'http://127.0.0.1:4400' },
    { name: 'api', title: '', state: 'failed', restarts: 0, url: 'http://127.0.0.1:4500', detail: 'ended with code 1' },
  ]
  expect(statusTable(services, 61_000).split('\n')).toEqual([
    'SERVICE  STATE    PID  RESTARTS  UPTIME  URL',
    'ledger   healthy  12   3         1m01s   http://127.0.0.1:4400',
    'api      failed   -    0         -       ended with code 1',
  ])
})

test.each([
  [0, '0s'],
  [59_999, '59s'],
  [60_000, '1m00s'],
  [3_599_000, '59m59s'],
  [3_600_000, '1h00m'],
  [90_000_000, '25h00m'],
])('writes %d ms as %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})
