// Sits between senders and the ledger and cuts connections. In: connections. Out: bytes, until a cut.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export type Cut =
  /** The sender's connection ends after this many bytes of the request. */
  | { kind: 'request'; afterBytes: number }
  /** The request arrives whole; its answer, which comes after COMMIT, is lost. */
  | { kind: 'response' }

export interface CutProxy {
  port: number
  /** Cuts connections made while `work` runs, as `decide` says of each; returns how many it cut. */
  during: (decide: () => Cut | undefined, work: () => Promise<void>) => Promise<number>
  close: () => Promise<void>
}

export async function createProxy(targetPort: number): Promise<CutProxy> {
  let decide: () => Cut | undefined = () => undefined
  let cuts = 0
  const open = new Set<Socket>()
  const server = createServer((inbound) => {
    const cut = decide()
    const outbound = connect(targetPort, '127.0.0.1')
    const cutOff = () => {
      cuts += 1
      end()
    }
    const end = () => {
      inbound.destroy()
      outbound.destroy()
    }
    for (const socket of [inbound, outbound]) {
      open.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        open.delete(socket)
        end()
      })
    }
    let seen = 0
    inbound.on('data', (chunk) => {
      if (cut?.kind !== 'request' || seen + chunk.length <= cut.afterBytes) {
        seen += chunk.length
        outbound.write(chunk)
        return
      }
      outbound.write(chunk.subarray(0, cut.afterBytes - seen), cutOff)
    })
    outbound.on('data', (chunk) => (cut?.kind === 'response' ? cutOff() : inbound.write(chunk)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as { port: number }).port,
    async during(decideNow, work) {
      const before = cuts
      decide = decideNow
      await work().finally(() => {
        decide = () => undefined
      })
      return cuts - before
    },
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
