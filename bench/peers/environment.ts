// A Python environment of its own for each peer, kept between runs beside the other third-party parts. In: pinned
// requirements. Out: the folder with its programs. Nothing is installed into the project or the machine's own Python.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheDir } from '../../stack/components.ts'

const run = promisify(execFile)

/** Why no environment can be made here; undefined when one can. */
export async function pythonMissing(): Promise<string | undefined> {
  try {
    await run('python3', ['-c', 'import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 10))'])
    return undefined
  } catch {
    return 'no Python 3.10 or newer with venv and pip on this machine'
  }
}

/** @returns the environment's `bin` folder. @throws when pip fails; its last words are the message. */
export async function pythonEnvironment(peer: string): Promise<string> {
  const requirements = join(import.meta.dirname, `${peer}.requirements.txt`)
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const directory = join(cacheDir(), `bench-${peer}-${version}`)
  const complete = join(directory, 'complete')
  if (!existsSync(complete)) {
    await run('python3', ['-m', 'venv', '--clear', directory])
    await run(join(directory, 'bin/pip'), ['install', '-q', '--disable-pip-version-check', '-r', requirements], {
      maxBuffer: 64 * 1024 * 1024,
    }).catch(({ stderr }: { stderr: string }) => {
      throw new Error(`pip could not install ${peer}: ${stderr.trim().split('\n').slice(-3).join(' ')}`)
    })
    writeFileSync(complete, '')
  }
  return join(directory, 'bin')
}
