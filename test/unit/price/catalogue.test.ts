import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { calcPrice } from '@pydantic/genai-prices'
import { describe, expect, test } from 'vitest'
import { CATALOGUE_PROVIDERS, cataloguePrices, toModelPattern } from '../../../src/ledger/price/catalogue.ts'
import { defaultPrices } from '../../../src/ledger/price/default-prices.ts'
import { parseModelPattern } from '../../../src/ledger/price/model-pattern.ts'
import { price } from '../../../src/ledger/price/price.ts'
import { createPriceBook } from '../../../src/ledger/price/price-book.ts'
import { formatUsd } from '../../../src/shared/money.ts'
import { asRecorded, call } from './support.ts'

const usage = {
  inputTokens: 1_000_000,
  outputTokens: 1_000_000,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
}

describe('the shipped defaults (C6)', () => {
  const book = createPriceBook([...defaultPrices(), ...cataloguePrices()].map(asRecorded))
  test.each([
    ['gcp.gemini', 'gemini-2.5-flash', '0.375'],
    ['gcp.gemini', 'gemini-2.5-pro', '6.25'],
    ['anthropic', 'claude-sonnet-4-0', '18'],
    ['anthropic', 'claude-opus-4-5', '90'],
    ['anthropic', 'claude-opus-4-5-20251101', '90'],
    ['voyageai', 'voyage-3.5', '0.06'],
    ['voyageai', 'rerank-2.5', '0.05'],
    ['x_ai', 'grok-beta', '10'],
    ['ollama', 'bge-m3', '0.1'],
  ])('%s %s: 1 M in and 1 M out cost %s', (provider, model, expected) => {
    const result = price(call({ provider, responseModel: model, requestModel: model, usage }), book)
    expect(result.kind === 'priced' && formatUsd(result.costPicoUsd)).toBe(expected)
  })

  test('leave neighbours alone', () => {
    expect(book.find('gcp.gemini', 'gemini-2.5-flash-lite', Date.now())?.source).toBe('catalogue')
    expect(book.find('voyageai', 'voyage-3.5-lite', Date.now())?.source).toBe('catalogue')
  })
})

describe('the catalogue', () => {
  const versions = cataloguePrices()
  const book = createPriceBook(versions.map(asRecorded))

  test('every provider of the package is listed, gateways of one vendor aside', () => {
    const source = readFileSync(fileURLToPath(import.meta.resolve('@pydantic/genai-prices')), 'utf8')
    const ids = [...source.matchAll(/^ {4}id: "([^"]+)"/gm)].map((match) => match[1] ?? '')
    expect(ids.length).toBeGreaterThan(20)
    expect(ids.filter((id) => !(id in CATALOGUE_PROVIDERS) && !id.startsWith('huggingface_'))).toEqual([])
    expect(versions.length).toBeGreaterThan(1000)
  })

  // The package computes with doubles; ours is exact, so both agree within its rounding.
  test.each([
    ['openai', 'gpt-4o'],
    ['openai', 'gpt-4o-mini-2024-07-18'],
    ['openai', 'o3-mini'],
    ['openai', 'gpt-5.4'],
    ['openai', 'text-embedding-3-small'],
    ['anthropic', 'claude-3-5-sonnet-20241022'],
    ['anthropic', 'claude-opus-4-6'],
    ['google', 'gemini-2.0-flash'],
    ['mistral', 'mistral-large-latest'],
    ['deepseek', 'deepseek-chat'],
    ['x-ai', 'grok-4.20'],
    ['openrouter', 'anthropic/claude-sonnet-4.5'],
    ['aws', 'us.anthropic.claude-sonnet-4-20250514-v1:0'],
  ])('agrees with the package on %s %s, in every tier and hour', (id, model) => {
    for (const [input, time] of [
      [1000, '2026-06-01T02:00:00Z'],
      [150_000, '2025-09-01T20:00:00Z'],
      [600_000, '2026-11-01T12:00:00Z'],
    ] as const) {
      const isEmbedding = model.startsWith('text-embedding')
      const used = {
        inputTokens: input,
        outputTokens: isEmbedding ? 0 : 500,
        cacheReadTokens: isEmbedding ? 0 : 200,
        cacheWriteTokens: 0,
        reasoningTokens: 0,
      }
      const theirs = calcPrice(
        { input_tokens: input, output_tokens: used.outputTokens, cache_read_tokens: used.cacheReadTokens },
        model,
        { providerId: id, timestamp: new Date(time) },
      )
      const ours = price(
        call({
          provider: CATALOGUE_PROVIDERS[id] ?? '',
          responseModel: model,
          startTimeUnixNano: BigInt(Date.parse(time)) * 1_000_000n,
          usage: used,
        }),
        book,
      )
      expect(theirs).not.toBeNull()
      expect(ours.kind === 'priced' && Number(formatUsd(ours.costPicoUsd))).toBeCloseTo(theirs?.total_price ?? -1, 10)
    }
  })

  test.each([
    [{ equals: 'a.b' }, ['a.b', 'A.B'], ['axb', 'a.bc']],
    [{ starts_with: 'gpt-' }, ['gpt-4'], ['xgpt-4']],
    [{ ends_with: '+x' }, ['a+x'], ['a+xb']],
    [{ contains: 'mid' }, ['a-mid-b'], ['mad']],
    [{ equals: '~odd' }, ['~odd'], ['odd']],
    [{ or: [{ equals: 'a' }, { starts_with: 'b' }] }, ['a', 'bc'], ['ab']],
    [{ and: [{ contains: 'x' }, { ends_with: 'z' }] }, ['axyz'], ['xy', 'z']],
  ])('translates %j', (match, yes, no) => {
    const pattern = parseModelPattern(toModelPattern(match))
    expect(yes.filter((model) => !pattern.matches(model))).toEqual([])
    expect(no.filter((model) => pattern.matches(model))).toEqual([])
  })
})
