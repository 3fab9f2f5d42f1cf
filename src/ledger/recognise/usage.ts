// Normal form of token counts. In: counts as a library wrote them, and what is known about its convention.
// Out: Usage whose input includes cache reads and writes and whose output includes reasoning.
import type { CacheConvention, Usage } from './candidate.ts'

export interface ReportedUsage {
  input: number | undefined
  output: number | undefined
  cacheRead: number | undefined
  cacheWrite: number | undefined
  reasoning: number | undefined
  /** The library's own total, evidence of its convention. */
  total: number | undefined
}

export interface NormalUsage {
  usage: Usage
  convention: CacheConvention
}

/**
 * What the numbers themselves say about cached tokens: an input smaller than its cached part cannot include it, and a
 * total is either the sum with or without the cached part. Undefined when both readings fit.
 */
export function conventionOf(reported: ReportedUsage): CacheConvention | undefined {
  const input = reported.input ?? 0
  const cached = (reported.cacheRead ?? 0) + (reported.cacheWrite ?? 0)
  if (cached === 0) return 'inclusive'
  if (cached > input) return 'exclusive'
  if (reported.total === undefined) return undefined
  // A total of input + output only repeats the two figures: it tells nothing.
  if (reported.total === input + cached + (reported.output ?? 0)) return 'exclusive'
  return undefined
}

/** Tokens the total holds beyond input and output, other than cached ones that are not in the input. */
export function beyondFigures(reported: ReportedUsage): number {
  const { input, output, total, cacheRead = 0, cacheWrite = 0 } = reported
  if (input === undefined || output === undefined || total === undefined) return 0
  const beyond = total - input - output
  return beyond > 0 && beyond !== cacheRead + cacheWrite ? beyond : 0
}

/** Undefined when neither input nor output is known: nothing about usage is known then. */
export function normalise(reported: ReportedUsage, declared: CacheConvention | undefined): NormalUsage | undefined {
  if (reported.input === undefined && reported.output === undefined) return undefined
  const convention = conventionOf(reported) ?? declared ?? 'assumed'
  const cacheReadTokens = reported.cacheRead ?? 0
  const cacheWriteTokens = reported.cacheWrite ?? 0
  const input = reported.input ?? 0
  const output = reported.output ?? 0
  const reasoningTokens = reported.reasoning ?? 0
  return {
    convention,
    usage: {
      inputTokens: convention === 'exclusive' ? input + cacheReadTokens + cacheWriteTokens : input,
      outputTokens: isBeside(reported) ? output + reasoningTokens : output,
      cacheReadTokens,
      cacheWriteTokens,
      reasoningTokens,
    },
  }
}

/** Most libraries count reasoning inside output; one that does not shows it by the sizes or by its total. */
function isBeside(reported: ReportedUsage): boolean {
  const { output = 0, reasoning = 0 } = reported
  return reasoning > output || (reasoning > 0 && beyondFigures(reported) === reasoning)
}

export const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
}
