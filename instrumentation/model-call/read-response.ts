// Reads what SDKs return. In: a response or stream chunk of any known client. Out: CallFacts, or undefined for a value
// of no known shape. Recognised by shape, not by provider: many providers speak the OpenAI format.

import type { CallFacts } from './facts.ts'
import { readAiSdk } from './readers/ai-sdk.ts'
import { readAnthropic } from './readers/anthropic.ts'
import { readGemini } from './readers/gemini.ts'
import { readOpenAi } from './readers/openai.ts'
import { readOpenAiResponses } from './readers/openai-responses.ts'

const READERS = [readOpenAi, readOpenAiResponses, readAnthropic, readGemini, readAiSdk]

export function readResponse(value: unknown): CallFacts | undefined {
  if (typeof value === 'string') return { outputCharacters: value.length, outputText: value }
  if (typeof value !== 'object' || value === null) return undefined
  for (const read of READERS) {
    const facts = read(value)
    if (facts) return facts
  }
  return undefined
}
