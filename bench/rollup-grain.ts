// Which grain should the roll-ups have? In: synthetic calls with the distributions of the demo data. Out: for each
// candidate grain how many rows it keeps and how much smaller than the lines that is, and what keeping the chosen ones
// costs the writer. Prints tab-separated lines: name, value, target, met or short.
// Run: node bench/rollup-grain.ts [calls per organisation and day] [days] [organisations]
import { createClients } from '../test/support/database-clients.ts'
import { startDatabaseServer } from '../test/support/database-server.ts'
import { prepareTemplate, TEMPLATE, urlOf } from '../test/support/prepare-template.ts'

const [callsADay = 20_000, days = 7, organisations = 3] = process.argv.slice(2).map(Number)

/** An agent has one department, environment, feature and model, and one version in nine calls of ten (the tenth is a canary). */
const GENERATE = `
  create unlogged table calls as
  with drawn as (
    select n, 'org' || (n % $3) as org_id, random() as r1, random() as r2, random() as r5, random() as r6, random() as r7, (random() * 87)::int as agent,
      timestamptz '2026-11-02 00:00+00' + make_interval(secs => $2 * 86400 * random()) as created_at
    from generate_series(1, $1 * $2 * $3) n
  )
  select org_id, created_at, 'agent' || agent as agent_id, 'dep' || (agent % 10) as department,
    'deal' || floor(40 * r1 * r1)::int as deal_id,
    (array['chat', 'search', 'document_analysis', 'document_upload', 'qa_response', 'extraction'])[1 + agent / 10 % 6] as feature,
    (array['openai', 'anthropic', 'gcp.gemini'])[1 + agent % 3] as provider,
    (array['gpt-4o', 'claude-opus-4-5', 'gemini-2.5-flash', 'gpt-4o-mini', 'claude-sonnet-4-0', 'gemini-2.5-pro'])[1 + agent % 3 + (case when agent % 5 = 0 then 3 else 0 end)] as model,
    case when r2 < 0.15 then 'embeddings' else 'chat' end as operation,
    case when agent % 10 < 7 then 'production' when agent % 10 < 9 then 'staging' else 'development' end as environment,
    case when r5 < 0.1 then 'canary' when agent % 10 < 4 then 'v2.1' when agent % 10 < 7 then 'v2.0' when agent % 10 < 9 then 'v1.9' else 'v1.8' end as version,
    'intent' || (agent % 10) || '.' || floor(5 * r6 * r6)::int as intent,
    case when r7 < 0.1 then 'enterprise' when r7 < 0.8 then 'business' when r7 < 0.95 then 'small' else 'trial' end as segment,
    'user' || floor(2000 * r1)::int as user_id
  from drawn`

const ALL = [
  'deal_id',
  'feature',
  'provider',
  'model',
  'operation',
  'agent_id',
  'department',
  'environment',
  'version',
  'intent',
  'segment',
]
const FEWER = ['feature', 'provider', 'model', 'agent_id', 'department', 'environment', 'version']
const without = (...names: string[]) => ALL.filter((name) => !names.includes(name))

const GRAINS: [name: string, unit: string, dims: string[], chosen?: 'usage_daily' | 'usage_hourly'][] = [
  ['day, all dimensions', 'day', ALL, 'usage_daily'],
  ['day, without deal', 'day', without('deal_id')],
  ['day, without intent and segment', 'day', without('intent', 'segment')],
  ['day, fewer dimensions', 'day', FEWER],
  ['hour, all dimensions', 'hour', ALL],
  ['hour, without deal', 'hour', without('deal_id')],
  ['hour, without deal, intent and segment', 'hour', without('deal_id', 'intent', 'segment')],
  ['hour, fewer dimensions', 'hour', FEWER, 'usage_hourly'],
  ['hour, fewer without version', 'hour', FEWER.filter((name) => name !== 'version')],
  ['hour, provider and model only', 'hour', ['provider', 'model']],
  ['minute, fewer dimensions', 'minute', FEWER],
]

const server = await startDatabaseServer(['-c', 'fsync=on'])
const clients = createClients()
try {
  await prepareTemplate(server.url)
  const client = await clients.connect(urlOf(server.url, TEMPLATE))
  await client.query(`select setseed(0.42)`)
  await client.query(
    GENERATE.replaceAll('$1', String(callsADay)).replaceAll('$2', String(days)).replaceAll('$3', String(organisations)),
  )
  await client.query('analyze calls')
  const [{ total }] = (await client.query('select count(*)::int as total from calls')).rows
  console.log(
    `# ${total} calls, ${organisations} organisations, ${days} days; Postgres ${(await client.query('show server_version')).rows[0].server_version}, Node ${process.version}`,
  )
  console.log('# grain\trows\tcalls a row\tchosen for')
  for (const [name, unit, dims, chosen] of GRAINS) {
    const { rows } = await client.query(
      `select count(*)::int as n from (select from calls group by org_id, date_trunc('${unit}', created_at, 'UTC'), ${dims.join(', ')}) g`,
    )
    console.log([name, rows[0].n, (total / rows[0].n).toFixed(2), chosen ?? ''].join('\t'))
  }
  await printWriterCost(client)
} finally {
  await clients.end()
  await server.stop()
}

/** Books the same lines with the roll-ups off, daily only, and both; medians of three, order alternated. */
async function printWriterCost(client: import('pg').Client): Promise<void> {
  await client.query("select ensure_partitions('llm_usage', '2026-11-02', '2026-11-30')")
  const { rows } = await client.query("select pg_get_functiondef('roll_up_llm_usage'::regproc) as text")
  const both: string = rows[0].text
  const split = both.indexOf('  insert into public.usage_hourly')
  const dailyOnly = `${both.slice(0, split)}  return null;\nend\n$function$`
  // Drawn and numbered beforehand, so that only booking is timed.
  await client.query(`create unlogged table lines as
    select org_id, md5(n::text) as trace_id, 's' as span_id, created_at, deal_id, user_id, provider, model, operation, feature, department,
      agent_id, environment, version, intent, segment, 1000 as input_tokens, 200 as output_tokens, 1::smallint as calls, 0.0045 as cost_usd,
      'priced' as price_status, (exp(7 + random()))::int as latency_ms, (n - 1) / 2048 as batch
    from (select *, row_number() over (order by created_at) as n from calls) c where n <= 20480`)
  await client.query('create index on lines (batch)')
  await client.query('analyze lines')
  const columns = `org_id, trace_id, span_id, created_at, deal_id, user_id, provider, model, operation, feature, department, agent_id,
    environment, version, intent, segment, input_tokens, output_tokens, calls, cost_usd, price_status, latency_ms`
  const book = `insert into llm_usage (${columns}) select ${columns} from lines where batch = $1`
  const variants: Record<string, string[]> = {
    'no roll-ups': ['alter table llm_usage disable trigger roll_up'],
    'daily only': [dailyOnly, 'alter table llm_usage enable trigger roll_up'],
    'daily and hourly': [both, 'alter table llm_usage enable trigger roll_up'],
  }
  const times: Record<string, number[]> = {}
  for (let round = 0; round < 3; round += 1) {
    const order = round % 2 === 0 ? Object.entries(variants) : Object.entries(variants).reverse()
    for (const [name, prepare] of order) {
      for (const statement of prepare) await client.query(statement)
      await client.query('truncate llm_usage, usage_daily, usage_hourly')
      const started = performance.now()
      for (let batch = 0; batch < 10; batch += 1) await client.query(book, [batch])
      times[name] = [...(times[name] ?? []), performance.now() - started]
    }
  }
  const median = (values: number[] = []) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  const base = median(times['no roll-ups'])
  console.log('# booking 20 480 lines in batches of 2 048: variant, µs a line, more than without')
  for (const [name, values] of Object.entries(times)) {
    console.log(
      [
        name,
        ((median(values) / 20_480) * 1000).toFixed(1),
        `${(((median(values) - base) / base) * 100).toFixed(0)} %`,
      ].join('\t'),
    )
  }
}
