// Docker or native. In: MODE, and what this machine has. Out: the choice with one line that says why, and the Compose
// command to use.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { BUILT_COMPONENTS, OTHER_IMAGES } from '../components.ts'
import { ENV_FILE, ROOT, STATE_DIR } from './checkout.ts'

export type Mode = 'docker' | 'native'

/** Compose as a plugin, or the older program. */
export type ComposeCommand = readonly string[]

const ENGINE_ANSWERS_WITHIN_MS = 5_000
const MODE_FILE = join(STATE_DIR, 'mode')

export async function composeCommand(): Promise<ComposeCommand | undefined> {
  for (const command of [['docker', 'compose'], ['docker-compose']]) {
    const [file = '', ...args] = command
    const { exitCode } = await execa(file, [...args, 'version'], { reject: false })
    if (exitCode === 0) return command
  }
  return undefined
}

/** @throws Error when Docker was asked for and cannot be used. */
export async function decideMode(requested: string | undefined, say: (line: string) => void): Promise<Mode> {
  if (requested === 'native') return 'native'
  if (requested !== undefined && requested !== 'docker') throw new Error(`MODE=${requested}: use docker or native`)
  const obstacle = await dockerObstacle(say)
  if (obstacle === undefined) return 'docker'
  if (requested === 'docker') throw new Error(`MODE=docker: ${obstacle}`)
  say(`${obstacle}: running natively`)
  return 'native'
}

/** Why Docker cannot run the stack here; undefined when it can, with every image then present. */
async function dockerObstacle(say: (line: string) => void): Promise<string | undefined> {
  const options = { reject: false, timeout: ENGINE_ANSWERS_WITHIN_MS }
  const info = await execa('docker', ['info', '--format', '{{.ServerVersion}}'], options)
  if (info.exitCode !== 0 || info.stdout === '') return 'No Docker engine answers'
  if (!(await composeCommand())) return 'The Docker engine has no Compose'
  for (const image of [
    ...Object.values(BUILT_COMPONENTS).map((component) => component.image),
    ...Object.values(OTHER_IMAGES),
  ]) {
    if ((await execa('docker', ['image', 'inspect', image], { reject: false })).exitCode === 0) continue
    say(`pulling ${image}`)
    const pulled = await execa('docker', ['pull', '--quiet', image], { reject: false })
    if (pulled.exitCode !== 0) return `The Docker engine cannot pull ${image}`
  }
  return undefined
}

/** Runs Compose on this checkout, its output shown as it comes. */
export async function compose(args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  const command = await composeCommand()
  if (!command) throw new Error('no Docker Compose on this machine')
  const [file = '', ...prefix] = command
  const result = await execa(file, [...prefix, '--env-file', ENV_FILE, ...args], {
    cwd: ROOT,
    env,
    stdio: 'inherit',
    reject: false,
  })
  return result.exitCode ?? 1
}

/** Whether the last `make up` used Docker, so that `down`, `status` and `logs` look in the right place. */
export const ranInDocker = (): boolean => existsSync(MODE_FILE) && readFileSync(MODE_FILE, 'utf8') === 'docker'
export const rememberMode = (mode: Mode): void => writeFileSync(MODE_FILE, mode)
export const forgetMode = (): void => rmSync(MODE_FILE, { force: true })
