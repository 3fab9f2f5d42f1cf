// Orderly stop. In: SIGTERM or SIGINT. Out: the closers run once, in order, within a bound; main.ts decides the exit.
import type { Logger } from './logger.ts'

export type Closer = { name: string; close: () => Promise<unknown> }

/** Resolves with the exit code once a signal came and every closer ended or the bound was reached. */
export function untilStopped(closers: Closer[], options: { logger: Logger; timeoutMs: number }): Promise<number> {
  return new Promise((resolve) => {
    const stop = async (signal: NodeJS.Signals) => {
      options.logger.info({ signal }, 'stopping')
      const timer = setTimeout(() => {
        options.logger.error({ timeoutMs: options.timeoutMs }, 'did not stop in time')
        resolve(1)
      }, options.timeoutMs)
      let exitCode = 0
      for (const { name, close } of closers) {
        await close().catch((error: unknown) => {
          exitCode = 1
          options.logger.error({ err: error, closer: name }, 'failed while stopping')
        })
      }
      clearTimeout(timer)
      resolve(exitCode)
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  })
}
