// A Docker engine of our own: Debian's dockerd on a private socket, with its data in a temporary folder. In: a folder.
// Out: the engine's address; `stop()` leaves neither process, bridge nor firewall rule behind.
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'

const BRIDGE = 'spanledger-chk0'
const BRIDGE_ADDRESS = '10.213.77.1/24'
const FORWARDING = '/proc/sys/net/ipv4/ip_forward'

export interface Engine {
  /** Value of DOCKER_HOST. */
  host: string
  storageDriver: string
  stop(): Promise<void>
}

/** @throws Error with the engine's last lines when it does not answer within half a minute. */
export async function startEngine(dir: string): Promise<Engine> {
  const firewall = await savedFirewall()
  const others = new Set(await composeBridges())
  const forwarding = await readFile(FORWARDING, 'utf8')
  await execa('ip', ['link', 'add', BRIDGE, 'type', 'bridge'])
  await execa('ip', ['addr', 'add', BRIDGE_ADDRESS, 'dev', BRIDGE])
  await execa('ip', ['link', 'set', BRIDGE, 'up'])

  const host = `unix://${join(dir, 'docker.sock')}`
  const logFile = join(dir, 'dockerd.log')
  const pidFile = join(dir, 'dockerd.pid')
  const folders = ['--data-root', join(dir, 'data'), '--exec-root', join(dir, 'exec'), '--pidfile', pidFile]
  const log = openSync(logFile, 'a')
  const daemon = spawn('dockerd', ['--host', host, '--bridge', BRIDGE, ...folders], {
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  const exited = new Promise<void>((resolve) => daemon.once('exit', () => resolve()))
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= stopOnce()
    return stopping
  }
  const stopOnce = async () => {
    daemon.kill('SIGTERM')
    await Promise.race([exited, sleep(30_000)])
    daemon.kill('SIGKILL')
    await execa('ip', ['link', 'del', BRIDGE], { reject: false })
    // Networks keep their bridges when the engine goes without removing them; those of another engine stay.
    for (const name of await composeBridges()) {
      if (!others.has(name)) await execa('ip', ['link', 'del', name], { reject: false })
    }
    if (firewall !== undefined) await execa('iptables-restore', { input: firewall, reject: false })
    await writeFile(FORWARDING, forwarding)
    await unmountBelow(dir)
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const info = await execa('docker', ['info', '--format', '{{.Driver}}'], {
      env: { DOCKER_HOST: host },
      reject: false,
    })
    if (info.exitCode === 0 && info.stdout !== '') return { host, storageDriver: info.stdout, stop }
    if (daemon.exitCode !== null) break
    await sleep(500)
  }
  const tail = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n').slice(-8).join('\n') : ''
  await stop()
  throw new Error(`dockerd does not answer:\n${tail}`)
}

async function savedFirewall(): Promise<string | undefined> {
  const saved = await execa('iptables-save', { reject: false })
  return saved.exitCode === 0 ? saved.stdout : undefined
}

/** Bridges that Compose networks get. */
async function composeBridges(): Promise<string[]> {
  const { stdout } = await execa('ip', ['-o', 'link', 'show', 'type', 'bridge'], { reject: false })
  return [...stdout.matchAll(/^\d+: (br-[0-9a-f]{12})[:@]/gm)].map(([, name]) => name as string)
}

async function unmountBelow(dir: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '')
  for (const mount of mounts.filter((path) => path.startsWith(`${dir}/`)).reverse()) {
    await execa('umount', ['--lazy', mount], { reject: false })
  }
}
