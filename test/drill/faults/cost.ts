// Faults of spend: too much in an hour, a budget used up.
import { execa } from 'execa'
import type { Fault } from '../fault.ts'
import type { Drill } from '../start-drill.ts'
import { modelCall, sendSpans } from './pipeline.ts'

/** The project's own command line on the drill's database. */
const spanledger = ({ world }: Drill, ...args: string[]) =>
  execa(process.execPath, ['src/cli/main.ts', ...args], {
    env: { SPANLEDGER_DATABASE_URL: world.stack.databaseUrl('postgres') },
  })

const budgetOf = (amount: string) => (drill: Drill) =>
  spanledger(drill, 'budget', 'set', '--org', 'initech', '--period', 'day', '--amount', amount)

export const COST_FAULTS: readonly Fault[] = [
  {
    name: 'spend-spike',
    what: 'an organisation spends 60 USD within minutes; undone by correcting the price',
    alert: 'HourlySpendHigh',
    orgId: 'globex',
    // gemini-2.5-pro: 5 USD per million tokens out.
    inject: (drill) => sendSpans(drill, [modelCall('globex', 'gemini-2.5-pro', { input: 10, output: 12_000_000 })]),
    async undo(drill) {
      const rates = ['--input', '0.01', '--output', '0.01']
      await spanledger(drill, 'prices', 'set', '--provider', 'gcp.gemini', '--model', 'gemini-2.5-pro', ...rates)
      await spanledger(drill, 'reprice', '--model', 'gemini-2.5-pro')
    },
    resolvesLate: true,
  },
  {
    name: 'budget-exceeded',
    what: 'an organisation spends more than its budget of the day; undone by raising the budget',
    alert: 'BudgetExceeded',
    orgId: 'initech',
    // gemini-2.5-flash: 0.30 USD per million tokens out.
    async inject(drill) {
      await budgetOf('1')(drill)
      await sendSpans(drill, [modelCall('initech', 'gemini-2.5-flash', { input: 10, output: 6_000_000 })])
    },
    undo: async (drill) => void (await budgetOf('1000')(drill)),
    resolvesLate: true,
  },
]
