// Health probes. In: where to look. Out: nothing when the service answers as it should, else an Error that says what it saw.
import { connect } from 'node:net'

export type Probe = (signal: AbortSignal) => Promise<void>

/** Healthy when a GET answers 2xx. */
export const httpProbe =
  (url: string): Probe =>
  async (signal) => {
    const response = await fetch(url, { signal, headers: { connection: 'close' } })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  }

/** Healthy when a TCP connection opens and, when bytes are sent, the first answer passes `accept`. */
export const tcpProbe =
  (host: string, port: number, exchange?: { send: Buffer; accept: (answer: Buffer) => boolean }): Probe =>
  (signal) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host, port, signal })
      const settle = (error?: Error) => {
        socket.destroy()
        if (error) reject(error)
        else resolve()
      }
      socket.once('error', settle)
      socket.once('close', () => settle(new Error(`${host}:${port} closed the connection`)))
      socket.once('connect', () => (exchange ? socket.write(exchange.send) : settle()))
      socket.once('data', (answer) => {
        if (exchange?.accept(answer)) settle()
        else settle(new Error(`${host}:${port} answers something else than expected`))
      })
    })

/** Bolt's handshake: preamble and four offered versions; a server answers with the one it chose, zero for none. */
const BOLT_HANDSHAKE = Buffer.from('6060b01700000405000003040000010400000003', 'hex')
export const boltProbe = (host: string, port: number): Probe =>
  tcpProbe(host, port, {
    send: BOLT_HANDSHAKE,
    accept: (answer) => answer.length >= 4 && answer.readUInt32BE(0) !== 0,
  })
