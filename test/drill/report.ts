// The drill's results in words. In: reports. Out: lines for the terminal, a table for RESULTS.md.
import type { FaultReport } from './fault.ts'

const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : (ms / 1000).toFixed(1))

export function toLines({ fault, problems, mailMs, forMs, resolvedMs, heldBack }: FaultReport): string[] {
  const facts = [
    fault.alert ?? 'no mail',
    mailMs === undefined ? undefined : `mail ${seconds(mailMs)} s after it was due (for ${seconds(forMs)} s)`,
    resolvedMs === undefined ? undefined : `resolved mail after ${seconds(resolvedMs)} s`,
    heldBack.length === 0 ? undefined : `held back: ${heldBack.join(', ')}`,
  ].filter((fact) => fact !== undefined)
  return [
    `${problems.length === 0 ? '✔' : '✖'} ${fault.name}: ${facts.join('; ')}`,
    ...problems.map((problem) => `    ${problem}`),
  ]
}

export function toTable(reports: readonly FaultReport[], mailWithinMs: number): string {
  const rows = reports.map(({ fault, problems, mailMs, resolvedMs, heldBack }) =>
    [
      fault.name,
      fault.what,
      fault.alert ?? 'none',
      seconds(mailMs),
      fault.alert === undefined ? '–' : seconds(mailWithinMs),
      seconds(resolvedMs),
      heldBack.join(', ') || '–',
      problems.length === 0 ? 'passed' : 'failed',
    ].join(' | '),
  )
  return [
    '| fault | what is done | alert mailed, and only it | crossed to mail, s | bound, s | undone to resolved mail, s | held back | result |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n')
}
