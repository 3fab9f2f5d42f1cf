// Stand-in images under the pinned tags, for machines that reach no image registry. In: an engine. Out: images built
// from a debootstrap base and the native components; the stack's own image comes from the real Dockerfile.
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { execa } from 'execa'
import { BUILT_COMPONENTS, cacheDir, componentPath, neo4jLib, OTHER_IMAGES } from '../components.ts'
import { postgresBinDir } from '../services/postgres.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const BASE = 'spanledger-check/base'
const RELEASE = 'bookworm'
const BASE_PACKAGES = 'ca-certificates,wget,postgresql-client'
/** A network that inspects TLS has its own authority in here; npm in the image build has to trust it too. */
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'
const MIRROR = 'http://deb.debian.org/debian'

export type Docker = (args: readonly string[]) => Promise<string>

export const dockerAt =
  (host: string): Docker =>
  async (args) => {
    const env = { DOCKER_HOST: host, DOCKER_BUILDKIT: '0' }
    const { exitCode, stdout, all } = await execa('docker', args, { env, all: true, reject: false })
    if (exitCode !== 0)
      throw new Error(`docker ${args.slice(0, 2).join(' ')}: ${all?.split('\n').slice(-12).join('\n')}`)
    return args[0] === 'logs' ? (all ?? '') : stdout
  }

/** Files each stand-in needs besides its Dockerfile: name in the build context, path on this machine. */
async function contexts(): Promise<Record<string, { tag: string; files: Record<string, string> }>> {
  const npm = dirname(dirname(await realPath('npm')))
  const java = dirname(dirname(await realPath('java')))
  return {
    node: { tag: 'node:24-bookworm-slim', files: { node: process.execPath, npm, 'ca-certificates.crt': CERTIFICATES } },
    postgres: { tag: OTHER_IMAGES.postgres, files: { native: dirname(postgresBinDir()) } },
    prometheus: {
      tag: BUILT_COMPONENTS.prometheus.image,
      files: { prometheus: componentPath('prometheus'), promtool: componentPath('promtool') },
    },
    alertmanager: {
      tag: BUILT_COMPONENTS.alertmanager.image,
      files: { alertmanager: componentPath('alertmanager'), amtool: componentPath('amtool') },
    },
    collector: { tag: BUILT_COMPONENTS.collector.image, files: { otelcol: componentPath('otelcol') } },
    neo4j: { tag: BUILT_COMPONENTS.neo4j.image, files: { java, lib: neo4jLib() } },
  }
}

/** @param report called with one line for each image when it is there. */
export async function buildImages(docker: Docker, dir: string, report: (line: string) => void): Promise<void> {
  await docker(['import', await baseArchive(dir), BASE])
  report(`${BASE} (debootstrap)`)

  for (const [name, { tag, files }] of Object.entries(await contexts())) {
    const context = await prepareContext(dir, name, files)
    await docker(['build', '--quiet', '--tag', tag, context])
    await rm(context, { recursive: true, force: true })
    report(`${tag} (stand-in)`)
  }
  await buildOwnImage(docker, report)
  const inbox = await prepareContext(dir, 'inbox', {})
  await docker(['build', '--quiet', '--tag', OTHER_IMAGES.inbox, inbox])
  report(`${OTHER_IMAGES.inbox} (stand-in)`)
}

/** Debian's base system as an archive, kept in the cache: debootstrap takes a minute or two. */
async function baseArchive(dir: string): Promise<string> {
  const archive = join(cacheDir(), `debian-${RELEASE}-${BASE_PACKAGES.replaceAll(',', '-')}.tar`)
  if (existsSync(archive)) return archive
  const rootfs = join(dir, 'rootfs')
  await execa('debootstrap', ['--variant=minbase', `--include=${BASE_PACKAGES}`, RELEASE, rootfs, MIRROR])
  await execa('tar', ['-C', rootfs, '-cf', `${archive}.new`, '.'])
  await rename(`${archive}.new`, archive)
  await rm(rootfs, { recursive: true, force: true })
  return archive
}

/** The real Dockerfile; its npm uses this machine's network, because a bridge may not reach a registry. */
async function buildOwnImage(docker: Docker, report: (line: string) => void): Promise<void> {
  const composeFile = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8')
  const tag = /image: (spanledger:\S+)/.exec(composeFile)?.[1] ?? 'spanledger'
  await docker(['build', '--quiet', '--network', 'host', '--target', 'spanledger', '--tag', tag, ROOT])
  report(`${tag} (Dockerfile)`)
}

async function prepareContext(dir: string, name: string, files: Record<string, string>): Promise<string> {
  const context = join(dir, `context-${name}`)
  await mkdir(context, { recursive: true })
  await cp(join(import.meta.dirname, 'images', name), context, { recursive: true })
  // Links are followed: those of Debian's Java lead into /etc, and one leads nowhere.
  const options = { recursive: true, dereference: true, filter: existsSync }
  for (const [to, from] of Object.entries(files)) await cp(from, join(context, to), options)
  await writeFile(join(context, '.dockerignore'), '')
  return context
}

async function realPath(program: string): Promise<string> {
  const { stdout } = await execa('bash', ['-c', `readlink -f "$(command -v ${program})"`])
  if (stdout === '') throw new Error(`no ${program} on PATH; the stand-in images need it`)
  return stdout
}
