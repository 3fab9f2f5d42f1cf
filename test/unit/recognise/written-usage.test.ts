// Figures out of recorded answers: JSON and Python's ways of writing it, in every provider's words.
import { describe, expect, test } from 'vitest'
import { readAnswers, readWritten } from '../../../src/ledger/recognise/written-usage.ts'

const NOTHING = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
  total: undefined,
}

describe('readWritten', () => {
  test.each([
    ["{'prompt_tokens': 13, 'completion_tokens': 7, 'total_tokens': 20}", { input: 13, output: 7, total: 20 }],
    [
      '{"input_tokens":21,"cache_read_input_tokens":7,"cache_creation_input_tokens":3,"output_tokens":7}',
      { input: 21, output: 7, cacheRead: 7, cacheWrite: 3 },
    ],
    [
      '{"candidates_token_count":7,"prompt_token_count":51,"thoughts_token_count":64,"total_token_count":122}',
      { input: 51, output: 71, reasoning: 64, total: 122 },
    ],
    [
      'total_tokens=88 prompt_tokens=81 cached_prompt_tokens=5 completion_tokens=7 reasoning_tokens=0',
      { input: 81, output: 7, cacheRead: 5, reasoning: 0, total: 88 },
    ],
    ["{'cache_creation': {'ephemeral_5m_input_tokens': 3}, 'prompt_tokens': None}", {}],
    ['{"my_prompt_tokens": 5}', {}],
  ])('%s', (text, expected) => {
    expect(readWritten(text)).toEqual({ ...NOTHING, ...expected })
  })
})

describe('readAnswers', () => {
  test('finds each usage object, in the provider’s words and in the library’s', () => {
    const answer =
      '{"message": {"usage": {"input_tokens": 70, "output_tokens": 7}, "usage_metadata": {"input_tokens": 80}}}'
    expect(readAnswers(answer).map(({ usage }) => usage.input)).toEqual([70, 80])
  })

  test('takes nothing for structure that a model may have written', () => {
    const answer = JSON.stringify({ content: `{"usage": {"prompt_tokens": 5}} 'usage': {'prompt_tokens': 6}` })
    expect(readAnswers(answer).filter(({ isStructure }) => isStructure)).toEqual([])
  })

  test('finds none where nothing was recorded', () => {
    expect([readAnswers(undefined), readAnswers('The usage: {none}')]).toEqual([[], []])
  })
})
