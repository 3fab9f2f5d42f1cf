// Restatement on a real database: a price set today for last week becomes adjustment lines, and every total agrees with
// a recomputation in SQL that shares no code with the price function.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClients } from '../../support/database-clients.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { seeded } from '../../support/usage-lines.ts'

const SEED = Number(process.env.REPRICE_SEED ?? 7)
const CALLS = 2_000

let database: TestDatabase
const clients = createClients()
const ask = async (text: string, values?: unknown[]) => clients.rows(database.readerUrl, text, values)
const cli = (...args: string[]) => spanledger(database.ownerUrl, args)

// Input 2, output 8 USD per million from the start; the test sets 3 and 8 for calls from the 15th on.
const RECOMPUTED = `
  select org_id, deal_id, sum(case
    when model <> 'gpt-test' and model <> 'new-model' then null
    when model = 'new-model' then input_tokens * 1.5 + output_tokens * 0.25
    else input_tokens * (case when created_at >= '2026-11-15' then 3 else 2 end) + output_tokens * 8 end) / 1000000 as cost
  from llm_usage where line_kind = 'call' and (org_id, trace_id) not in (select org_id, trace_id from llm_usage where line_kind = 'reversal')
  group by org_id, deal_id order by org_id, deal_id`

beforeAll(async () => {
  database = await createTestDatabase()
  await cli('prices', 'set', '--provider', 'openai', '--model', 'gpt-test', '--input', '2', '--output', '8')
  const writer = await clients.connect(database.writerUrl)
  await writer.query("select ensure_partitions('llm_usage', '2026-11-10', '2026-11-20')")
  const random = seeded(SEED)
  const rows = Array.from({ length: CALLS }, (_, index) => {
    const model = ['gpt-test', 'gpt-test', 'new-model', 'mystery'][Math.floor(random() * 4)] ?? ''
    const input = Math.floor(random() * 200_000)
    const output = Math.floor(random() * 9_000)
    return {
      org_id: random() < 0.5 ? 'acme' : 'globex',
      deal_id: random() < 0.5 ? 'falcon' : 'heron',
      trace_id: index.toString(16).padStart(32, '0'),
      created_at: new Date(Date.UTC(2026, 10, 10) + Math.floor(random() * 10 * 86_400_000)).toISOString(),
      model,
      input,
      output,
    }
  })
  await writer.query(
    `insert into llm_usage (org_id, deal_id, trace_id, span_id, created_at, provider, model, request_model, feature,
       input_tokens, output_tokens, calls, unpriced_calls, cost_usd, price_status, latency_ms)
     select org_id, deal_id, trace_id, 'a', created_at, 'openai', model, model, 'chat', input, output, 1,
       case when model = 'gpt-test' then 0 else 1 end,
       case when model = 'gpt-test' then (input * 2 + output * 8)::numeric / 1000000 end,
       case when model = 'gpt-test' then 'priced' else 'unpriced' end, 100
     from json_to_recordset($1) as r (org_id text, deal_id text, trace_id text, created_at timestamptz, model text, input int, output int)`,
    [JSON.stringify(rows)],
  )
  // One call in twenty has been taken back: nothing of it may be adjusted.
  await writer.query(
    `insert into llm_usage (org_id, deal_id, trace_id, span_id, created_at, revision, line_kind, provider, model, request_model,
       feature, input_tokens, output_tokens, calls, unpriced_calls, cost_usd, price_status, latency_ms)
     select org_id, deal_id, trace_id, 'a', created_at, 1, 'reversal', 'openai', model, model, 'chat', -input, -output, -1,
       case when model = 'gpt-test' then 0 else -1 end,
       case when model = 'gpt-test' then -(input * 2 + output * 8)::numeric / 1000000 end,
       case when model = 'gpt-test' then 'priced' else 'unpriced' end, 100
     from json_to_recordset($1) as r (org_id text, deal_id text, trace_id text, created_at timestamptz, model text, input int, output int)`,
    [JSON.stringify(rows.filter((_, index) => index % 20 === 0))],
  )
})
afterAll(async () => {
  await clients.end()
  await database?.drop()
})

describe(`spanledger reprice over ${CALLS} calls (REPRICE_SEED=${SEED})`, () => {
  let originals: unknown[]
  let knownBefore: { at: Date; totals: unknown[] }

  test('a dry run prints per organisation and deal, and books nothing', async () => {
    originals = await ask('select * from llm_usage order by org_id, trace_id, span_id, created_at, revision')
    const [{ now }] = await ask('select clock_timestamp() as now')
    knownBefore = { at: now, totals: await ask('select * from cost_as_known_on($1)', [now]) }
    await cli(
      'prices',
      'set',
      '--provider',
      'openai',
      '--model',
      'gpt-test',
      '--input',
      '3',
      '--output',
      '8',
      '--from',
      '2026-11-15',
    )
    await cli('prices', 'set', '--provider', '*', '--model', 'new-*', '--input', '1.5', '--output', '0.25')
    const { code, stdout } = await cli('reprice', '--from', '2026-11-01', '--to', '2026-12-01', '--dry-run')
    expect(code).toBe(0)
    expect(stdout.split('\n').filter((line) => /^(acme|globex)\t(falcon|heron)\t/.test(line))).toHaveLength(4)
    expect(stdout).toMatch(/\d+ calls would be adjusted/)
    expect(await ask('select * from llm_usage order by org_id, trace_id, span_id, created_at, revision')).toEqual(
      originals,
    )
  })

  test('--model keeps to that model', async () => {
    const { stdout } = await cli('reprice', '--from', '2026-11-01', '--to', '2026-12-01', '--model', 'new-model')
    const [{ models }] = await ask(
      "select array_agg(distinct model) as models from llm_usage where line_kind = 'price_adjustment'",
    )
    expect(models).toEqual(['new-model'])
    expect(stdout).not.toMatch(/^0 calls adjusted/m)
  })

  test('the real run brings every total to the recomputation, exactly', async () => {
    const { code } = await cli('reprice', '--from', '2026-11-01', '--to', '2026-12-01')
    expect(code).toBe(0)
    const truth = await ask(`select org_id, deal_id, trim_scale(cost)::text as cost from (${RECOMPUTED}) t`)
    expect(truth).toHaveLength(4)
    const net = await ask(
      'select org_id, deal_id, trim_scale(sum(cost_usd))::text as cost from llm_usage group by 1, 2 order by 1, 2',
    )
    expect(net).toEqual(truth)
    const rolled = await ask(
      'select org_id, deal_id, trim_scale(sum(cost_usd))::text as cost from usage_daily group by 1, 2 order by 1, 2',
    )
    expect(rolled).toEqual(truth)
  })

  test('what is unpriced now is the unknown model only, in lines and roll-ups', async () => {
    const [{ expected }] =
      await ask(`select count(*)::int as expected from llm_usage u where model = 'mystery' and line_kind = 'call'
      and not exists (select from llm_usage r where r.line_kind = 'reversal' and (r.org_id, r.trace_id) = (u.org_id, u.trace_id))`)
    const [lines] = await ask('select sum(unpriced_calls)::int as n from llm_usage')
    const [rolled] = await ask('select sum(unpriced_calls)::int as n, sum(calls)::int as calls from usage_daily')
    expect(expected).toBeGreaterThan(100)
    expect(lines.n).toBe(expected)
    expect(rolled).toEqual({ n: expected, calls: CALLS - CALLS / 20 })
  })

  test('originals are untouched and adjustments name the version they used', async () => {
    const kept = await ask(
      "select * from llm_usage where line_kind <> 'price_adjustment' order by org_id, trace_id, span_id, created_at, revision",
    )
    expect(kept).toEqual(originals)
    const [row] = await ask(`select count(*)::int as adjustments, count(p.price_version)::int as with_version
      from llm_usage u left join (select distinct price_version from model_prices) p using (price_version) where line_kind = 'price_adjustment'`)
    expect(row.adjustments).toBeGreaterThan(100)
    expect(row.with_version).toBe(row.adjustments)
  })

  test('a second run finds nothing to do', async () => {
    const { stdout } = await cli('reprice', '--from', '2026-11-01', '--to', '2026-12-01')
    expect(stdout).toContain('\n0 calls adjusted.')
  })

  test('cost_as_known_on gives the totals of before the restatement', async () => {
    expect(await ask('select * from cost_as_known_on($1)', [knownBefore.at])).toEqual(knownBefore.totals)
    const now = await ask('select * from cost_as_known_on(clock_timestamp())')
    expect(now).not.toEqual(knownBefore.totals)
  })

  test('a price withdrawn for the past takes its money back and counts the calls unpriced again', async () => {
    await cli('prices', 'withdraw', '--provider', '*', '--model', 'new-*', '--from', 'always')
    await cli('reprice', '--from', '2026-11-01', '--to', '2026-12-01', '--model', 'new-model')
    const [row] = await ask(
      "select trim_scale(sum(cost_usd))::text as cost, sum(calls) = sum(unpriced_calls) as all_unpriced from llm_usage where model = 'new-model'",
    )
    expect(row).toEqual({ cost: '0', all_unpriced: true })
  })
})

test('zero tokens that were measured are a usage; a usage nobody knows stays unpriced', async () => {
  const writer = await clients.connect(database.writerUrl)
  await writer.query(
    `insert into llm_usage (org_id, trace_id, span_id, created_at, provider, model, calls, unpriced_calls, price_status, certainty)
     values ('zero', 'known', 'a', '2026-11-12', 'openai', 'per-request', 1, 1, 'unpriced', 'measured'),
            ('zero', 'unknown', 'a', '2026-11-12', 'openai', 'per-request', 1, 1, 'unpriced', 'partial')`,
  )
  await cli('prices', 'set', '--provider', 'openai', '--model', 'per-request', '--input', '1', '--request', '5000')
  await cli('reprice', '--from', '2026-11-01', '--to', '2026-12-01', '--model', 'per-request')
  expect(
    await ask(`select trace_id, trim_scale(sum(cost_usd))::text as cost, sum(unpriced_calls)::int as unpriced
      from llm_usage where org_id = 'zero' group by 1 order by 1`),
  ).toEqual([
    { trace_id: 'known', cost: '0.005', unpriced: 0 },
    { trace_id: 'unknown', cost: null, unpriced: 1 },
  ])
})

describe('the period', () => {
  const TIMES = ["now() - interval '200 days'", "now() - interval '95 days'", "now() + interval '1 hour'"]
  beforeAll(async () => {
    const client = await clients.connect(database.ownerUrl)
    for (const [index, time] of TIMES.entries()) {
      await client.query(`select ensure_partitions('llm_usage', ${time}, ${time})`)
      await client.query(
        `insert into llm_usage (org_id, trace_id, span_id, created_at, provider, model, calls, input_tokens,
           unpriced_calls, price_status) values ('wide', $1, '1', ${time}, 'openai', 'any-time', 1, 1, 1, 'unpriced')`,
        [`t${index}`],
      )
    }
    await cli('prices', 'set', '--provider', 'openai', '--model', 'any-time', '--input', '1')
  })

  test('is the one asked for, and named', async () => {
    const { stdout } = await cli('reprice', '--from', '2026-11-01', '--to', '2026-11-02', '--dry-run')
    expect(stdout).toMatch(/^Calls from 2026-11-01T00:00:00.000Z until 2026-11-02T00:00:00.000Z:\n/)
    const from = await cli('reprice', '--from', '2026-11-01', '--dry-run', '--model', 'any-time')
    expect(from.stdout).toMatch(/^Calls from 2026-11-01T00:00:00.000Z on, of any-time:\n/)
    expect(from.stdout).toContain('\n1 calls would be adjusted.')
  })

  test('else all that is kept, of clocks ahead too', async () => {
    const { stdout } = await cli('reprice', '--model', 'any-time')
    expect(stdout).toMatch(/^Calls of all times, of any-time:\n/)
    expect(stdout).toContain('\n3 calls adjusted.')
  })
})

describe('spanledger prices', () => {
  test('list --model names the version in force, at a time and as known on a date', async () => {
    const early = await cli('prices', 'list', '--provider', 'openai', '--model', 'gpt-test', '--at', '2026-11-14')
    expect(early.stdout).toContain('input 2, output 8')
    const late = await cli('prices', 'list', '--provider', 'openai', '--model', 'gpt-test', '--at', '2026-11-16')
    expect(late.stdout).toContain('input 3, output 8')
    const unknown = await cli('prices', 'list', '--provider', 'openai', '--model', 'nobody-knows')
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('no price for nobody-knows') })
  })

  test.each([
    [['gpt-4o'], /\topenai\tgpt-4o\t.*input 3/],
    [['anthropic/claude-own'], /\tanthropic\tclaude-own\t/],
    [['somebody-elses'], /\t\*\tsomebody-\*\t/],
  ])('list --model %j asks the provider that the model tells', async ([model = ''], words) => {
    await cli('prices', 'set', '--provider', 'openai', '--model', 'gpt-4o', '--input', '3')
    await cli('prices', 'set', '--provider', 'anthropic', '--model', 'claude-own', '--input', '3')
    await cli('prices', 'set', '--provider', '*', '--model', 'somebody-*', '--input', '3')
    expect(await cli('prices', 'list', '--model', model)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(words),
    })
  })

  test('list --model of a model that tells no provider asks for it; one without a price says whose', async () => {
    expect((await cli('prices', 'list', '--model', 'mine')).stderr).toContain('mine tells no provider: give --provider')
    expect((await cli('prices', 'list', '--model', 'gpt-unheard')).stderr).toContain('gpt-unheard of provider openai')
  })

  test('set with tiers and cache rates is read back as written', async () => {
    await cli(
      'prices',
      'set',
      '--provider',
      'openai',
      '--model',
      'tiered',
      '--input',
      '1',
      '--output',
      '2',
      '--cache-read',
      '0.1',
      '--tier',
      'input=4@200000',
    )
    const { stdout } = await cli('prices', 'list', '--provider', 'openai', '--model', 'tiered')
    expect(stdout).toContain('cache_read 0.1, input 1, input above 200000 4, output 2')
  })

  test.each([
    [['--input', '2.1234567'], 'at most 6 decimals'],
    [['--input', '-1'], 'at most 6 decimals'],
    [[], 'at least one rate'],
    [['--input', '1', '--from', 'yesterday'], '2026-11-01'],
    [['--input', '1', '--from', '2026-02-01', '--to', '2026-01-01'], 'validFrom must be before validTo'],
    [['--input', '1', '--tier', 'imput=4@7'], 'classes:'],
  ])('set %j is refused with what to write instead', async (args, message) => {
    const [{ before }] = await ask('select count(*)::int as before from model_prices')
    const result = await cli('prices', 'set', '--provider', 'openai', '--model', 'x', ...args)
    expect(result.code).toBe(1)
    expect(result.stderr).toContain(message)
    const [{ after }] = await ask('select count(*)::int as after from model_prices')
    expect(after).toBe(before)
  })

  test('a malformed pattern is refused', async () => {
    const result = await cli('prices', 'set', '--provider', 'openai', '--model', '~(', '--input', '1')
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('valid regular expression') })
  })
})
