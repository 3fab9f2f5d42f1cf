// `status`: one line for each service, from the state file. In: statuses. Out: a table in text.
import { liveSupervisor, readState } from '../supervisor/state-file.ts'
import type { ServiceStatus } from '../supervisor/types.ts'
import { STATE_DIR } from './checkout.ts'

/** Returns false when nothing runs. */
export function status(): boolean {
  const state = readState(STATE_DIR)
  if (!state || !liveSupervisor(STATE_DIR)) {
    console.log('The stack is not running here; `make up` starts it.')
    return false
  }
  console.log(statusTable(state.services, Date.now()))
  return state.services.every(({ state }) => state === 'healthy' || state === 'done' || state === 'absent')
}

export function statusTable(services: readonly ServiceStatus[], nowMs: number): string {
  const header = ['SERVICE', 'STATE', 'PID', 'RESTARTS', 'UPTIME', 'URL']
  const rows = services.map(({ name, state, pid, restarts, startedAtMs, url, detail }) => [
    name,
    state,
    pid ? String(pid) : '-',
    String(restarts),
    startedAtMs !== undefined ? duration(nowMs - startedAtMs) : '-',
    detail ?? url ?? '',
  ])
  return alignColumns([header, ...rows])
}

/** People's view after the start: what is where. */
export function urlTable(services: readonly ServiceStatus[]): string {
  const shown = services.filter(({ url, state }) => url && state !== 'absent')
  return alignColumns(shown.map(({ title, url }) => [`  ${title}`, url ?? '']))
}

export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  if (hours > 0) return `${hours}h${String(minutes).padStart(2, '0')}m`
  return minutes > 0 ? `${minutes}m${String(seconds % 60).padStart(2, '0')}s` : `${seconds}s`
}

function alignColumns(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
