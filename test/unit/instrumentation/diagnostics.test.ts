// What the telemetry says of itself on standard error: whole lines, and few.
import { diag } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { limitLines, startDiagnostics } from '../../../instrumentation/start/diagnostics.ts'

describe('standard error', () => {
  let said: string[] = []
  beforeEach(() => {
    said = []
    vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text))
  })
  afterEach(() => {
    vi.restoreAllMocks()
    diag.disable()
  })

  it('has the name, the message and the error of a part of the SDK, and no other value', () => {
    startDiagnostics()
    const part = diag.createComponentLogger({ namespace: 'OTLPExportDelegate' })
    part.warn('no answer that can be read', new Error('index out of range'), new Uint8Array(3))
    part.error('dropped', { prompt: 'secret' })
    expect(said).toEqual([
      '[telemetry] warning: OTLPExportDelegate no answer that can be read index out of range',
      '[telemetry] error: OTLPExportDelegate dropped',
    ])
  })

  it('has ten lines a minute, and how many there would have been', () => {
    let nowMs = 0
    const say = limitLines(
      (text) => said.push(text),
      () => nowMs,
    )
    for (let line = 1; line <= 15; line++) say(`line ${line}`)
    expect(said).toEqual(Array.from({ length: 10 }, (_, index) => `[telemetry] line ${index + 1}`))
    nowMs = 60_000
    say('the next minute')
    expect(said.slice(10)).toEqual(['[telemetry] 5 more lines in the last minute', '[telemetry] the next minute'])
  })
})
