// A whole run: reference rows, history through the ledger's door, the run's record. In: parameters, a database
// connection as owner, where the ledger is. Out: how much was sent and how fast.
import type pg from 'pg'
import { asOwner } from '../../cli/database.ts'
import { createWriterToken, revokeWriterToken } from '../../cli/writer-tokens.ts'
import { createFleet } from './fleet.ts'
import { createDemoData, type DemoData } from './generate.ts'
import { loadDemoData, type Progress } from './load.ts'
import type { PlannedTrace } from './planned-trace.ts'
import { insertReferenceRows } from './reference-rows.ts'
import { decideRun, finishRun, type RunParameters, saveProgress, startRun } from './runs.ts'
import { createLedgerDoor } from './send.ts'

export interface RunOptions {
  client: pg.Client
  ledgerUrl: string
  asked: Omit<RunParameters, 'untilMs'> & { untilMs: number | undefined }
  /** End of the data when none was asked for. */
  defaultUntilMs: number
  inFlight: number
  spansPerRequest: number
  onProgress(progress: Progress, data: DemoData): void
  onTrace?: (trace: PlannedTrace) => void
  /**
   * What belongs to the run beside its rows, e.g. the metric history. Until it has resolved the run counts as cut off, and the
   * same command comes back here.
   */
  onRows?: (result: RunResult) => Promise<void>
  signal: AbortSignal
}

export interface RunResult {
  data: DemoData
  parameters: RunParameters
  progress: Progress
  resumedFromHour: number
  seconds: number
}

/** Days of a month for budgets. */
const MONTH_DAYS = 30
const SAVE_EVERY_MS = 2_000

export class DemoDataRefusedError extends Error {
  override readonly name = 'DemoDataRefusedError'
  /** A run has ended here before. */
  readonly isLoaded: boolean

  constructor(message: string, isLoaded: boolean) {
    super(message)
    this.isLoaded = isLoaded
  }
}

/** @throws DemoDataRefusedError when the organisations hold demo data already; what the ledger said when it refused. */
export async function runDemoData(options: RunOptions): Promise<RunResult> {
  const { client, asked } = options
  const fleet = createFleet(asked.seed)
  const orgIds = fleet.map(({ orgId }) => orgId)
  const decision = await decideRun(client, orgIds, asked)
  if (decision.kind === 'refused') throw new DemoDataRefusedError(decision.message, decision.isLoaded)
  const parameters: RunParameters =
    decision.kind === 'resume' ? decision.parameters : { ...asked, untilMs: asked.untilMs ?? options.defaultUntilMs }
  const fromHour = decision.kind === 'resume' ? decision.hoursDone : 0
  const data = createDemoData(parameters)
  const tokenName = `demo-data-${process.pid}-${Date.now()}`
  const token = await asOwner(client, async () => {
    await insertReferenceRows(client, fleet, (parameters.traces / parameters.days) * MONTH_DAYS)
    if (decision.kind === 'new') await startRun(client, orgIds, parameters)
    return createWriterToken(client, tokenName, orgIds)
  })
  const door = createLedgerDoor({ url: options.ledgerUrl, token, connections: options.inFlight })
  const startedMs = performance.now()
  let saved = fromHour
  let saving = Promise.resolve()
  let savedAtMs = startedMs
  const save = (hoursDone: number) => {
    saving = saving.then(() => asOwner(client, () => saveProgress(client, orgIds, hoursDone)))
    // Awaited at the end; a failure must not go unhandled until then.
    saving.catch(() => undefined)
    saved = hoursDone
    savedAtMs = performance.now()
  }
  try {
    const progress = await loadDemoData(data, door, {
      fromHour,
      inFlight: options.inFlight,
      spansPerRequest: options.spansPerRequest,
      signal: options.signal,
      ...(options.onTrace && { onTrace: options.onTrace }),
      onProgress: (now) => {
        if (now.hoursDone > saved && performance.now() - savedAtMs > SAVE_EVERY_MS) save(now.hoursDone)
        options.onProgress(now, data)
      },
    })
    save(progress.hoursDone)
    await saving
    const seconds = (performance.now() - startedMs) / 1000
    const result: RunResult = { data, parameters, progress, resumedFromHour: fromHour, seconds }
    if (progress.hoursDone < data.hours.length) return result
    await options.onRows?.(result)
    if (!options.signal.aborted) await asOwner(client, () => finishRun(client, orgIds))
    return result
  } finally {
    door.close()
    await saving.catch(() => undefined)
    await asOwner(client, () => revokeWriterToken(client, tokenName))
  }
}
