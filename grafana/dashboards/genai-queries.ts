// What the panels of "GenAI health" ask Prometheus. In: labels to keep. Out: PromQL, with the dashboard's filters.
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'

const { genai } = ALERTS_CONFIG
export const CHOSEN =
  'org_id=~"$org_id", department=~"$department", deployment_environment_name=~"$environment", gen_ai_agent_id=~"$agent_id", gen_ai_provider_name=~"$provider"'
export const DURATION = 'gen_ai_client_operation_duration_seconds'
export const FIRST_CHUNK = 'gen_ai_client_operation_time_to_first_chunk_seconds'
export const FAILED = 'error_type!="", error_type!="aborted"'
const WINDOW = `[${genai.window}]`

export const NO_CALLS = 'No model calls in this range'

export const calls = (by: string, match = '') =>
  `sum by (${by}) (histogram_count(increase(${DURATION}{${CHOSEN}${match && `, ${match}`}}${WINDOW})))`
// Zero failures are no series: without this a healthy provider would have no line.
export const failedRatio = (by: string) => `(${calls(by, FAILED)} or 0 * ${calls(by)}) / (${calls(by)} > 0)`
export const quantile = (q: number, histogram: string, by: string) =>
  `histogram_quantile(${q}, sum by (${by}) (rate(${histogram}{${CHOSEN}}${WINDOW})))`
export const WHO = 'org_id, gen_ai_provider_name'
export const WHO_LEGEND = '{{org_id}} {{gen_ai_provider_name}}'
export const CLICK =
  'Click a diamond to open the trace of that call; diamonds are filtered by organisation and provider only.'
export const CALLS_SEEN =
  'traces_span_metrics_duration_seconds{org_id=~"$org_id", gen_ai_provider_name=~"$provider", gen_ai_operation_name!=""}'
