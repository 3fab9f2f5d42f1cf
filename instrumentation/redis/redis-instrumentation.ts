// OpenTelemetry's instrumentation of ioredis, corrected. In: the commands a client sends. Out: one span a command. On its own
// it makes two of a command that had to wait for the connection, and one of each step of the handshake, failed ones
// included, which older servers always give.
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'

interface Client {
  status?: string
}
type SendCommand = (this: Client, command: object & { name?: string }, ...rest: unknown[]) => unknown
type Patch = (original: SendCommand) => SendCommand

export function createRedisInstrumentation(): IORedisInstrumentation {
  const instrumentation = new IORedisInstrumentation({ requireParentSpan: true })
  // Not part of its interface: where it is gone, its spans stay as they are.
  const patchOf: unknown = Reflect.get(instrumentation, '_patchSendCommand')
  if (typeof patchOf !== 'function') return instrumentation
  Reflect.set(instrumentation, '_patchSendCommand', (moduleVersion: string | undefined): Patch => {
    const patch = patchOf.call(instrumentation, moduleVersion) as Patch
    return (original) => onceEach(original, patch(original))
  })
  return instrumentation
}

/** What a client sends by itself between `connect` and `ready`. */
const HANDSHAKE = new Set(['auth', 'client', 'hello', 'info', 'readonly', 'select'])

function onceEach(original: SendCommand, traced: SendCommand): SendCommand {
  // A command that waits for the connection is sent twice; its span began the first time.
  const sent = new WeakSet<object>()
  return function (this: Client, command, ...rest) {
    const isHandshake = this.status === 'connect' && HANDSHAKE.has(command?.name ?? '')
    if (isHandshake || typeof command !== 'object' || sent.has(command)) return original.call(this, command, ...rest)
    sent.add(command)
    return traced.call(this, command, ...rest)
  }
}
