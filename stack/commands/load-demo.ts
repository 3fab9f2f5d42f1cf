// `up` with DEMO=1: a week of history for the demo organisations, once. In: a running stack. Out: rows and metric history;
// where they are already, a line that says so.
import { join } from 'node:path'
import { execa } from 'execa'
import { componentPath } from '../components.ts'
import { dataDir, type StackContext } from '../services/context.ts'
import { superuserUrl } from '../services/postgres.ts'
import { compose } from './mode.ts'

interface DemoSize {
  days: number
  traces: number
}

const SMALL_SET: DemoSize = { days: 7, traces: 20_000 }
/** Ended in the middle by Ctrl-C; the next time it goes on from there. */
const STOPPED = 130

const command = ({ days, traces }: DemoSize): string[] => [
  ...['demo-data', '--once', '--days', String(days), '--traces', String(traces)],
]

/** Returns false when it could not be loaded; the stack runs on without it. */
export async function loadDemo(context: StackContext, size: DemoSize = SMALL_SET): Promise<boolean> {
  const script = join(context.root, 'src/cli/main.ts')
  const result = await execa(process.execPath, [script, ...command(size), ...metricHistory(context)], {
    env: {
      SPANLEDGER_DATABASE_URL: superuserUrl(context),
      WRITER_PASSWORD: context.secrets.WRITER_PASSWORD,
    },
    stdio: 'inherit',
    reject: false,
  })
  return verdict(result.exitCode)
}

/** The same in the container that has the command line; without metric history, which lies in Prometheus' own volume. */
export async function loadDemoInDocker(size: DemoSize = SMALL_SET): Promise<boolean> {
  const cli = ['node', 'src/cli/main.ts', ...command(size)]
  return verdict(await compose(['run', '--rm', '--no-deps', 'bootstrap', ...cli]))
}

/** A running Prometheus takes new blocks in within a minute or two. */
function metricHistory(context: StackContext): string[] {
  try {
    const program = componentPath('prometheus', context.cache)
    return ['--prometheus-data', join(dataDir(context, 'prometheus'), 'tsdb'), '--prometheus', program]
  } catch {
    console.log('Prometheus is not built: demo data without metric history')
    return []
  }
}

function verdict(exitCode: number | undefined): boolean {
  if (exitCode === 0) return true
  if (exitCode !== STOPPED) console.log('✖ demo data could not be loaded; the same command goes on where it was')
  return false
}
