// Loaded into the ledger's process before its own code (node --import): its clock can be made to jump. In: messages
// `{ clockOffsetMs }` of the parent. Out: Date shifted by that much, and the answer `{ nowMs }`. Timers and the
// clocks of Postgres and of the senders stay as they are, as when one machine's wall clock is set.
const RealDate = Date
let offsetMs = 0

class JumpingDate extends RealDate {
  constructor(...args: unknown[]) {
    if (args.length === 0) super(RealDate.now() + offsetMs)
    else super(...(args as [number]))
  }
  static override now(): number {
    return RealDate.now() + offsetMs
  }
}
globalThis.Date = JumpingDate as DateConstructor

process.on('message', (message: { clockOffsetMs?: number }) => {
  if (message.clockOffsetMs === undefined) return
  offsetMs = message.clockOffsetMs
  process.send?.({ nowMs: Date.now() })
})
// The channel to the parent does not keep the ledger alive when it stops.
process.channel?.unref()
