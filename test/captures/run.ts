// Makes captures again. In: names of environments (all without any), python3 and npm. Out: raw captures in
// CAPTURE_HOME/raw, then fixtures by sanitise.ts. Environments are built once, outside the tree, and kept.
// Run: node test/captures/run.ts [ENVIRONMENT…]
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { type Environment, JAVASCRIPT } from './environments.ts'
import { startProvider } from './provider/server.ts'
import { PYTHON } from './python-environments.ts'
import { MORE_PYTHON } from './python-environments-more.ts'

const home = process.env.CAPTURE_HOME ?? join(homedir(), '.cache/spanledger/captures')
const raw = join(home, 'raw')
const here = import.meta.dirname
const SDK = ['api', 'sdk-trace-node', 'resources', 'instrumentation', 'context-async-hooks'].map(
  (name) => `@opentelemetry/${name}`,
)

async function buildPython({ name, packages, withoutDependencies = [] }: Environment): Promise<string> {
  const directory = join(home, 'python', name)
  const python = join(directory, 'bin/python')
  if (!existsSync(python)) {
    await execa('python3', ['-m', 'venv', directory])
    await execa(
      python,
      [
        '-m',
        'pip',
        'install',
        '-q',
        ...(packages.some((name) => name.startsWith('opentelemetry-sdk')) ? [] : ['opentelemetry-sdk']),
        ...packages,
      ],
      { stdio: 'inherit' },
    )
    if (withoutDependencies.length > 0) {
      await execa(python, ['-m', 'pip', 'install', '-q', '--no-deps', ...withoutDependencies], { stdio: 'inherit' })
    }
  }
  return python
}

async function buildJavaScript({ name, packages }: Environment): Promise<string> {
  const directory = join(home, 'javascript', name)
  if (!existsSync(join(directory, 'node_modules'))) {
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'package.json'), '{"type":"module","private":true}')
    const flags = ['--no-audit', '--no-fund', '--legacy-peer-deps']
    await execa('npm', ['install', ...flags, ...SDK, ...packages], { cwd: directory, stdio: 'inherit' })
  }
  const programs = join(here, 'javascript')
  // Node resolves packages from where a program lies, so the programs go there.
  for (const file of readdirSync(programs)) copyFileSync(join(programs, file), join(directory, file))
  return directory
}

const wanted = process.argv.slice(2)
const chosen = (environments: Environment[]): Environment[] =>
  environments.filter(({ name }) => wanted.length === 0 || wanted.includes(name))

const { server, url } = await startProvider()
const env = {
  ...{ PROVIDER_URL: url, CAPTURE_OUT: raw, OPENAI_API_KEY: 'test', ANTHROPIC_API_KEY: 'test' },
  CREWAI_DISABLE_TELEMETRY: 'true',
}
const options = { env, stdio: 'inherit', timeout: 300_000, reject: false } as const
mkdirSync(raw, { recursive: true })
for (const environment of chosen([...PYTHON, ...MORE_PYTHON])) {
  const python = await buildPython(environment)
  for (const program of environment.programs) {
    await execa(python, ['-B', `${program}.py`], { ...options, cwd: join(here, 'python') })
  }
}
for (const environment of chosen(JAVASCRIPT)) {
  const cwd = await buildJavaScript(environment)
  for (const program of environment.programs) await execa(process.execPath, [`${program}.mjs`], { ...options, cwd })
}
server.close()
await execa(process.execPath, [join(here, 'sanitise.ts'), raw], { stdio: 'inherit' })
