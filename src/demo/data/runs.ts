// Runs of demo data, as the database remembers them. In: what is asked for. Out: a new run, the rest of one that was cut
// off, or a refusal that says what is there already.
import type pg from 'pg'

export interface RunParameters {
  seed: number
  days: number
  traces: number
  untilMs: number
}

export type RunDecision =
  | { kind: 'new' }
  | { kind: 'resume'; parameters: RunParameters; hoursDone: number }
  /** isLoaded: by a run that ended, else another one was cut off here. */
  | { kind: 'refused'; isLoaded: boolean; message: string }

interface RunRow {
  orgId: string
  seed: string
  days: number
  traces: number
  until: Date
  hoursDone: number
  finishedAt: Date | null
}

/** @param untilMs undefined: any end is fine, so a run that was cut off goes on with its own. */
export async function decideRun(
  client: pg.ClientBase,
  orgIds: readonly string[],
  asked: Omit<RunParameters, 'untilMs'> & { untilMs: number | undefined },
): Promise<RunDecision> {
  const { rows } = await client.query<RunRow>(
    `select org_id as "orgId", seed, days, traces, until_time as until, hours_done as "hoursDone",
       finished_at as "finishedAt"
     from demo_data_runs where org_id = any ($1) order by org_id`,
    [orgIds],
  )
  const [row] = rows
  if (!row) return { kind: 'new' }
  const held = `--seed ${row.seed} --days ${row.days} --traces ${row.traces} --until ${row.until.toISOString()}`
  const finished = rows.filter(({ finishedAt }) => finishedAt !== null).map(({ orgId }) => orgId)
  if (finished.length > 0) {
    const message = `${finished.join(', ')} already hold demo data (${held}). A second run would mix with it; use another database.`
    return { kind: 'refused', isLoaded: true, message }
  }
  const untilMs = row.until.getTime()
  const isSame =
    Number(row.seed) === asked.seed &&
    row.days === asked.days &&
    row.traces === asked.traces &&
    (asked.untilMs === undefined || asked.untilMs === untilMs)
  if (!isSame) {
    const message = `Another run was cut off here; finish it first with: ${held}`
    return { kind: 'refused', isLoaded: false, message }
  }
  const parameters = { seed: asked.seed, days: asked.days, traces: asked.traces, untilMs }
  return { kind: 'resume', parameters, hoursDone: Math.min(...rows.map(({ hoursDone }) => hoursDone)) }
}

export async function startRun(client: pg.ClientBase, orgIds: readonly string[], run: RunParameters): Promise<void> {
  await client.query(
    `insert into demo_data_runs (org_id, seed, days, traces, until_time)
     select org_id, $2, $3, $4, $5 from unnest($1::text[]) as org_id`,
    [orgIds, run.seed, run.days, run.traces, new Date(run.untilMs)],
  )
}

export async function saveProgress(client: pg.ClientBase, orgIds: readonly string[], hoursDone: number): Promise<void> {
  await client.query('update demo_data_runs set hours_done = greatest(hours_done, $2) where org_id = any ($1)', [
    orgIds,
    hoursDone,
  ])
}

export async function finishRun(client: pg.ClientBase, orgIds: readonly string[]): Promise<void> {
  await client.query('update demo_data_runs set finished_at = now() where org_id = any ($1)', [orgIds])
}
