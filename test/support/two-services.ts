// Two tiny real services for the supervisor: `back` depends on `front`. In: their ports. Out: their definitions.
import { resolve } from 'node:path'
import { httpProbe } from '../../stack/supervisor/probe.ts'
import type { ServiceDefinition } from '../../stack/supervisor/types.ts'

const SCRIPT = resolve(import.meta.dirname, '../fixtures/stack/echo-server.mjs')

const service = (name: string, port: number, dependsOn: string[]): ServiceDefinition => ({
  name,
  title: name,
  dependsOn,
  command: [process.execPath, SCRIPT, String(port)],
  cwd: '/',
  env: {},
  kind: 'service',
  probe: httpProbe(`http://127.0.0.1:${port}/`),
  startTimeoutMs: 20_000,
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 5_000,
  url: `http://127.0.0.1:${port}`,
})

export const twoServices = (front: number, back: number): ServiceDefinition[] => [
  service('front', front, []),
  service('back', back, ['front']),
]
