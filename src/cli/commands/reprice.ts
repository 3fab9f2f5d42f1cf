// `spanledger reprice`: applies today's price book to calls booked before. In: a period. Out: totals before and after.
import type { Command } from 'commander'
import { loadPriceVersions } from '../../ledger/price/price-rows.ts'
import { describeProblem } from '../../ledger/price/price-version.ts'
import { formatUsd } from '../../shared/money.ts'
import { withDatabase } from '../database.ts'
import { parseTime } from '../parse-time.ts'
import { type DealTotals, reprice } from '../reprice.ts'

interface Options {
  from?: Date
  to?: Date
  model?: string
  dryRun?: boolean
}

export function addReprice(program: Command): void {
  program
    .command('reprice')
    .description('Books price adjustments where the price book has changed or a price was missing. Originals stay.')
    .option('--from <time>', 'calls that started at or after this (default: all that are kept)', parseTime)
    .option('--to <time>', 'calls that started before this (default: all)', parseTime)
    .option('--model <model>', 'only calls that asked for or were answered by this model')
    .option('--dry-run', 'print what would change and book nothing')
    .action((options: Options) =>
      withDatabase((reader) =>
        withDatabase(async (writer) => {
          const { from, to, model } = options
          if (from && to && from >= to) throw new Error('--to must be after --from')
          console.log(`Calls ${describePeriod(from, to)}${model === undefined ? '' : `, of ${model}`}:`)
          for (const version of await loadPriceVersions(reader))
            if (version.problem !== undefined) console.error(`${describeProblem(version)}; its calls stay as booked.`)
          const totals = await reprice(reader, writer, { from, to, model }, options)
          print(totals, options.dryRun === true)
        }),
      ),
    )
}

function describePeriod(from: Date | undefined, to: Date | undefined): string {
  if (!from && !to) return 'of all times'
  const begin = from ? `from ${from.toISOString()}` : 'from the first'
  return `${begin} ${to ? `until ${to.toISOString()}` : 'on'}`
}

function print(totals: DealTotals[], isDryRun: boolean): void {
  console.log(
    ['organisation', 'deal', 'calls', 'adjusted', 'before USD', 'after USD', 'difference USD', 'unpriced'].join('\t'),
  )
  for (const total of totals) {
    console.log(
      [
        total.orgId,
        total.dealId || '-',
        total.calls,
        total.adjusted,
        formatUsd(total.before),
        formatUsd(total.after),
        formatUsd(total.after - total.before),
        `${total.unpricedBefore} -> ${total.unpricedAfter}`,
      ].join('\t'),
    )
  }
  const adjusted = totals.reduce((sum, total) => sum + total.adjusted, 0)
  console.log(isDryRun ? `${adjusted} calls would be adjusted.` : `${adjusted} calls adjusted.`)
}
