// Google's generateContent, whole and as stream chunks (one shape). promptTokenCount includes cached tokens; thoughts and
// tool results are counted beside the candidates and the prompt, so they are added for the normal form.
import type { CallFacts } from '../facts.ts'
import type { Usage } from '../types.ts'
import { readBesides } from './besides.ts'
import { asArray, asCount, asObject, asText, type Json, joinTexts, sum } from './json.ts'

export function readGemini(value: object): CallFacts | undefined {
  const response = value as Json
  if (!Array.isArray(response.candidates) && !asObject(response.usageMetadata)) return undefined
  const candidates = asArray(response.candidates).map(asObject)
  const outputText = joinTexts(candidates.flatMap(candidateTexts))
  return {
    responseId: asText(response.responseId),
    responseModel: asText(response.modelVersion),
    finishReasons: candidates.flatMap((candidate) => asText(candidate?.finishReason)?.toLowerCase() ?? []),
    usage: asObject(response.usageMetadata) && readUsage(response.usageMetadata, candidates),
    outputCharacters: outputText?.length,
    outputText,
  }
}

const candidateTexts = (candidate: Json | undefined): (string | undefined)[] =>
  asArray(asObject(candidate?.content)?.parts).flatMap((value) => {
    const part = asObject(value)
    const call = asObject(part?.functionCall)
    return [asText(part?.text), call && JSON.stringify(call)]
  })

function readUsage(value: unknown, candidates: (Json | undefined)[]): Usage {
  const usage = asObject(value)
  const searches = candidates.flatMap((item) => asArray(asObject(item?.groundingMetadata)?.webSearchQueries)).length
  const reasoningTokens = asCount(usage?.thoughtsTokenCount)
  return {
    ...(usage && readBesides(usage)),
    webSearches: searches || undefined,
    inputTokens: sum(asCount(usage?.promptTokenCount), asCount(usage?.toolUsePromptTokenCount)),
    outputTokens: sum(
      asCount(usage?.candidatesTokenCount) ?? (reasoningTokens === undefined ? undefined : 0),
      reasoningTokens,
    ),
    cacheReadTokens: asCount(usage?.cachedContentTokenCount),
    reasoningTokens,
  }
}
