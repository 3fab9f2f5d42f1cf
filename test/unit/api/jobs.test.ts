// Jobs and what the alerts see of them.
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { startJobs } from '../../../src/api/jobs.ts'
import { createMetrics } from '../../../src/api/metrics.ts'

const logger = pino({ level: 'silent' })
const lastSuccess = async (metrics: ReturnType<typeof createMetrics>) => {
  const { values } = await metrics.jobLastSuccess.get()
  return Object.fromEntries(values.map(({ labels, value }) => [labels.task, value]))
}

describe('a job', () => {
  it('that never ended well in this process says when it began, and no end: an earlier process’ end stands', async () => {
    const metrics = createMetrics()
    const beforeS = Date.now() / 1000
    const fails = () => Promise.reject(new Error('relation "budgets" does not exist'))
    const jobs = startJobs([{ name: 'budgets', intervalMs: 60_000, run: fails }], metrics, logger)
    await jobs.close()
    expect((await metrics.jobInterval.get()).values).toMatchObject([{ value: 60, labels: { task: 'budgets' } }])
    expect((await metrics.jobFailures.get()).values).toMatchObject([{ value: 1, labels: { task: 'budgets' } }])
    expect(await lastSuccess(metrics)).toEqual({})
    const [started] = (await metrics.jobStarted.get()).values
    expect(started?.labels).toEqual({ task: 'budgets' })
    expect(started?.value).toBeGreaterThanOrEqual(beforeS)
    expect(started?.value).toBeLessThanOrEqual(Date.now() / 1000)
  })

  it('that ends well is as old as its last end', async () => {
    const metrics = createMetrics()
    let endedS = Number.NaN
    const run = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      endedS = Date.now() / 1000
    }
    await startJobs([{ name: 'budgets', intervalMs: 60_000, run }], metrics, logger).close()
    expect((await lastSuccess(metrics)).budgets).toBeGreaterThanOrEqual(endedS)
  })
})
