// One feature run over HTTP. In: a request and the work. Out: the work's result, within the deal's rate and the time
// bound, cancelled when the caller leaves; failures of the model come out as messages a person can act on.
import type { Request, Response } from 'express'
import { type FeatureRun, traceFeature, withTenant } from '../../../instrumentation/index.ts'
import { AppError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import { workerOf } from '../agents.ts'
import { toModelFailure } from '../model/model-failure.ts'
import { CallerLeftError } from './caller-left.ts'
import type { Admission } from './rate-limit.ts'

export interface FeatureWork {
  run: FeatureRun
  /** Aborted when the time is up or the caller has left. */
  signal: AbortSignal
  behaviour: string | undefined
}

export type RunFeature = <T>(
  name: string,
  exchange: { request: Request; response: Response },
  work: (given: FeatureWork) => Promise<T>,
) => Promise<T>

export function createRunFeature(options: {
  timeoutMs: number
  faults: boolean
  admit: (request: Request) => Admission
  /** Gets one line per run that answered; failures are logged where the response is made. */
  logger: Logger
}): RunFeature {
  return async (name, { request, response }, work) => {
    const left = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) left.abort(new CallerLeftError('the caller left before the answer was complete'))
    })
    const signal = AbortSignal.any([left.signal, AbortSignal.timeout(options.timeoutMs)])
    const behaviour = options.faults ? request.get('X-Model-Behaviour') : undefined
    try {
      return await withTenant(workerOf(name), () =>
        traceFeature(name, async (run) => {
          checkRate(options.admit(request))
          const startedMs = performance.now()
          const result = await work({ run, signal, behaviour })
          options.logger.info({ duration_ms: Math.round(performance.now() - startedMs) }, `${name} answered`)
          return result
        }),
      )
    } catch (error) {
      throw toModelFailure(error) ?? error
    }
  }
}

function checkRate(admission: Admission): void {
  if (admission.kind === 'admitted') return
  const seconds = Math.ceil(admission.retryAfterSeconds)
  throw new AppError('too_many_requests', `Too many requests for this deal. Try again in ${seconds} s.`, {
    details: { reason: 'request_rate', retry_after_seconds: seconds },
  })
}
