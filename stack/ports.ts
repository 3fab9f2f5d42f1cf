// Free and taken ports. In: ports by the variable that sets them. Out: free ones for a stack of its own, or the list of
// conflicts in words.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { PORTS, type PortName, type Ports } from './settings.ts'

/** Below the range the system gives to outgoing connections, so that a stopped service finds its port free again. */
const LOWEST = 15_000
const HIGHEST = 31_000

export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** A free port for every service; two stacks that choose at the same time are very unlikely to meet. */
export async function freePorts(): Promise<Ports> {
  const chosen = new Set<number>()
  const ports: Partial<Ports> = {}
  for (const name of Object.keys(PORTS) as PortName[]) {
    let port = randomInt(LOWEST, HIGHEST)
    while (chosen.has(port) || !(await isFree(port))) port = randomInt(LOWEST, HIGHEST)
    chosen.add(port)
    ports[name] = port
  }
  return ports as Ports
}

/** One line for each port that is taken or given twice, naming the variable that moves it. */
export async function portConflicts(ports: Partial<Ports>): Promise<string[]> {
  const lines: string[] = []
  const owners = new Map<number, string>()
  for (const [name, port] of Object.entries(ports)) {
    const other = owners.get(port)
    owners.set(port, name)
    if (other) lines.push(`port ${port} is set twice: ${other} and ${name}; give one of them another value in .env`)
    else if (!(await isFree(port))) {
      lines.push(
        `port ${port} (${PORTS[name as PortName].description}) is already taken; move it: ${name}=<free port> in .env`,
      )
    }
  }
  return lines
}
