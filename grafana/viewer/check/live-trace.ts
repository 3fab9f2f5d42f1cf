// A trace that has everything the dashboard "Trace" shows. In: a stack with live traffic. Out: the page's path.
import { askLedger } from './demo-stack.ts'

/** The live trace with most model calls: it has logs as well. */
export async function liveTracePath(viewerUrl: string): Promise<string> {
  const trace = await askLedger(
    viewerUrl,
    `select trace_id from structured_logs join llm_usage using (org_id, trace_id)
     where time > now() - interval '1 hour' and created_at > now() - interval '1 hour'
     group by org_id, trace_id order by count(distinct llm_usage.span_id) desc limit 1`,
  )
  if (typeof trace !== 'string') throw new Error('no live trace with logs within the last hour: is traffic running?')
  return `/d/trace?from=now-1h&to=now&var-trace=${trace}`
}
