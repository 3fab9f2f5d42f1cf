import { describe, expect, it } from 'vitest'
import { ALERTS_CONFIG } from '../../../prometheus/alerts.config.ts'
import { createRuleGroups } from '../../../prometheus/rule-groups.ts'
import { durationSeconds, scaleWindows } from '../../../prometheus/scale-windows.ts'

describe('scaling the windows of the config table', () => {
  it('divides every duration and nothing else', () => {
    const { genai, slo, pipeline } = scaleWindows(ALERTS_CONFIG, 20)
    expect(genai.window).toBe('15s')
    expect(slo.slow).toEqual({ short: '90s', long: '1080s', severity: 'warning' })
    expect(pipeline.queueNearFull).toEqual({ ratio: 0.8, for: '3s' })
    expect(pipeline.priceBookMaxAgeDays).toBe(ALERTS_CONFIG.pipeline.priceBookMaxAgeDays)
    expect(genai.minCalls).toBe(ALERTS_CONFIG.genai.minCalls)
  })

  it('leaves no window of the rules as it was, but for the day that `grew` looks back', () => {
    const texts = (factor: number) =>
      createRuleGroups(scaleWindows(ALERTS_CONFIG, factor)).flatMap(({ recording = [], alerts }) =>
        [...recording, ...alerts].map((rule) => rule.expr),
      )
    const windows = (expr: string) => [...expr.matchAll(/\[(\d+m?[smhd])\]/g)].map(([, window]) => window ?? '')
    const scaled = texts(20)
    for (const [index, expr] of texts(1).entries()) {
      const before = windows(expr)
      const after = windows(scaled[index] ?? '')
      expect(after.map(durationSeconds), expr).toEqual(
        before.map((window) => (window === '1d' ? 86_400 : durationSeconds(window) / 20)),
      )
    }
    expect(texts(1).flatMap(windows).length).toBeGreaterThan(50)
  })

  it('refuses what is no duration (control)', () => {
    expect(() => durationSeconds('soon')).toThrow(RangeError)
  })
})
