// Makes the npm package that application teams install. In: instrumentation/. Out: dist/package with JavaScript, type
// declarations and a package.json of its own (Node runs no TypeScript below node_modules), and its tarball's path on
// standard output. Run: npm run package:instrumentation [-- <directory of the tarball>]
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, 'dist/package')

interface Manifest {
  version: string
  license: string
  dependencies: Record<string, string>
}

function build(): void {
  rmSync(out, { recursive: true, force: true })
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(root, 'instrumentation/tsconfig.package.json')], {
    stdio: ['ignore', 2, 2],
  })
  const { version, license, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
  const manifest = {
    name: 'spanledger',
    version,
    description: 'Traces, metrics and logs of GenAI calls, each with its organisation and deal, over OTLP.',
    license,
    type: 'module',
    engines: { node: '>=22.15' },
    exports: {
      './instrumentation': entry('index'),
      './register': entry('register'),
      './package.json': './package.json',
    },
    // The types of the Express middleware; apps without Express need none.
    peerDependencies: { '@types/express': '>=4' },
    peerDependenciesMeta: { '@types/express': { optional: true } },
    dependencies: Object.fromEntries(imports().map((name) => [name, pinned(dependencies, name)])),
  }
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  cpSync(join(root, 'instrumentation/README.md'), join(out, 'README.md'))
  for (const file of ['TELEMETRY.md', 'LICENSE']) cpSync(join(root, file), join(out, file))
}

// One file serves `import` and `require`: Node loads ES modules both ways since 22.12.
const entry = (name: string) => ({
  types: `./instrumentation/${name}.d.ts`,
  default: `./instrumentation/${name}.js`,
})

/** Packages that the emitted JavaScript imports. */
function imports(): string[] {
  const names = new Set<string>()
  for (const file of globSync('**/*.js', { cwd: out })) {
    const source = readFileSync(join(out, file), 'utf8')
    for (const [, specifier = ''] of source.matchAll(/(?:from|import) ['"]([^'".][^'"]*)['"]/g)) {
      if (specifier.startsWith('node:') || builtinModules.includes(specifier)) continue
      names.add(
        specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
      )
    }
  }
  return [...names].sort()
}

function pinned(dependencies: Record<string, string>, name: string): string {
  const version = dependencies[name]
  if (!version) throw new Error(`instrumentation/ imports ${name}, which is not among the dependencies of package.json`)
  return version
}

build()
const target = process.argv[2] ?? join(root, 'dist')
mkdirSync(target, { recursive: true })
const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--pack-destination', target], {
    cwd: out,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
) as [{ filename: string }]
process.stdout.write(`${join(target, packed.filename)}\n`)
