// `make compose-check`: brings docker-compose.yml up for real. In: root on a Debian machine; no engine, no registry needed.
// Out: one line for each check and `N passed, N failed`; nothing is left running and no image is kept.

import { readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { parse } from 'yaml'
import { freePorts } from '../ports.ts'
import { findProgram } from '../services/find-program.ts'
import { generateSecrets, type Secrets } from '../settings.ts'
import { type Check, composeChecks } from './checks.ts'
import { startEngine } from './engine.ts'
import { buildImages, type Docker, dockerAt } from './images.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PROJECT = 'spanledger-check'
/** Images that nothing on this machine can stand in for. */
const LEFT_OUT = ['tempo', 'grafana']
const NEEDED = {
  dockerd: 'docker.io',
  'docker-compose': 'docker-compose',
  debootstrap: 'debootstrap',
  iptables: 'iptables',
}

const counts = { passed: 0, failed: 0 }

async function check({ name, run }: Check): Promise<boolean> {
  const startedMs = Date.now()
  try {
    await run()
    counts.passed += 1
    console.log(`✔ ${name} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`)
    return true
  } catch (error) {
    counts.failed += 1
    console.log(`✖ ${name}: ${(error as Error).message}`)
    return false
  }
}

async function installTools(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('compose-check starts a Docker engine, which only root can')
  const missing = Object.entries(NEEDED).flatMap(([program, name]) => (findProgram(program) ? [] : [name]))
  if (missing.length === 0) return
  console.log(`installing ${missing.join(', ')}`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await execa('apt-get', ['update', '-qq'], { env })
  await execa('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env })
}

async function composeUp(docker: Docker, host: string, dir: string): Promise<void> {
  const ports = await freePorts()
  const secrets = generateSecrets({}) as Secrets
  const envFile = join(dir, 'env')
  const lines = Object.entries({ ...ports, ...secrets, PROMETHEUS_SCRAPE_INTERVAL: '2s' })
  await writeFile(envFile, lines.map(([name, value]) => `${name}=${value}\n`).join(''), { mode: 0o600 })
  const all = Object.keys(
    (parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as { services: object }).services,
  )
  const services = all.filter((name) => !LEFT_OUT.includes(name))
  const compose = (args: string[]) =>
    execa('docker-compose', ['--project-name', PROJECT, '--env-file', envFile, ...args], {
      cwd: ROOT,
      env: { DOCKER_HOST: host },
      all: true,
    })
  console.log(`left out, because their images cannot be had here: ${LEFT_OUT.join(', ')}`)
  const isUp = await check({
    name: 'docker-compose up starts every service in dependency order',
    run: async () => void (await compose(['up', '--detach', '--no-build', ...services])),
  })
  if (!isUp) console.log(await containerReport(docker))
  if (isUp) for (const one of composeChecks({ docker, project: PROJECT, services, ports, secrets })) await check(one)
  await check({
    name: 'docker-compose down leaves no container and no volume',
    async run() {
      await compose(['down', '--volumes', '--timeout', '30'])
      const left = `${await docker(['ps', '-aq'])}${await docker(['volume', 'ls', '-q'])}`
      if (left !== '') throw new Error(left)
    },
  })
}

/** State and last words of every container that is not as it should be. */
async function containerReport(docker: Docker): Promise<string> {
  const ids = (await docker(['ps', '-aq'])).split('\n').filter(Boolean)
  const reports = ids.map(async (id) => {
    const state = await docker(['inspect', '--format', '{{.Name}} {{.State.Status}} {{.State.ExitCode}}', id])
    return `  ${state}\n${(await docker(['logs', '--tail', '6', id])).replace(/^/gm, '    ')}`
  })
  return (await Promise.all(reports)).join('\n')
}

async function main(): Promise<void> {
  await installTools()
  const dir = await mkdtemp(join(tmpdir(), 'spanledger-compose-'))
  const engine = await startEngine(dir)
  console.log(`engine in ${dir}, storage driver ${engine.storageDriver}`)
  const interrupted = async () => {
    await engine.stop()
    process.exit(130)
  }
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  try {
    const docker = dockerAt(engine.host)
    const built = await check({
      name: 'images can be built',
      run: () => buildImages(docker, dir, (line) => console.log(`  ${line}`)),
    })
    if (built) await composeUp(docker, engine.host, dir)
  } finally {
    await engine.stop()
  }
}

try {
  await main()
} catch (error) {
  counts.failed += 1
  console.error((error as Error).message)
}
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed === 0 ? 0 : 1
