// Work the api does by itself every few seconds. In: named jobs. Out: each runs, then waits its interval; a failed run is
// logged and counted and the next one comes anyway. A run never overlaps itself.
import type { Logger } from '../shared/logger.ts'
import type { ApiMetrics } from './metrics.ts'

export interface Job {
  name: string
  intervalMs: number
  run: () => Promise<unknown>
}

export function startJobs(jobs: Job[], metrics: ApiMetrics, logger: Logger) {
  let stopped = false
  const timers = new Map<string, NodeJS.Timeout>()
  const running = new Set<Promise<void>>()

  const runOnce = async (job: Job) => {
    try {
      await job.run()
      metrics.jobLastSuccess.set({ task: job.name }, Date.now() / 1000)
    } catch (error) {
      metrics.jobFailures.inc({ task: job.name })
      logger.warn({ err: error, job: job.name }, 'job failed; it runs again at its next turn')
    }
    if (!stopped)
      timers.set(
        job.name,
        setTimeout(() => start(job), job.intervalMs),
      )
  }
  const start = (job: Job) => {
    const run = runOnce(job).finally(() => running.delete(run))
    running.add(run)
  }
  for (const job of jobs) {
    metrics.jobInterval.set({ task: job.name }, job.intervalMs / 1000)
    // A job that a release broke never ends well; without this nobody would see how long.
    metrics.jobStarted.set({ task: job.name }, Date.now() / 1000)
    start(job)
  }

  return {
    /** Stops the timers and waits for runs under way. */
    close: async () => {
      stopped = true
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.all(running)
    },
  }
}
