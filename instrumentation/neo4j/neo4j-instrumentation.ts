// Neo4j driver calls as spans. In: the `neo4j-driver` package as the app loads it. Out: one CLIENT span per query, from
// sending it to its last record. The query's text and parameters are not recorded: they may hold what users wrote.
import { context, type Span, SpanKind, trace } from '@opentelemetry/api'
import {
  InstrumentationBase,
  type InstrumentationConfig,
  InstrumentationNodeModuleDefinition,
} from '@opentelemetry/instrumentation'
import { recordError } from '../feature/feature-run.ts'
import { guard } from '../problems.ts'
import { ATTR } from '../semconv.ts'
import { VERSION } from '../version.ts'

type Run = (this: object, ...args: unknown[]) => unknown

interface Observer {
  onNext?: (record: unknown) => void
  onCompleted?: (summary: unknown) => void
  onError?: (error: unknown) => void
}

/** The part of the driver's Result that every way of reading goes through. */
interface ReadableResult {
  _subscribe(observer: Observer, ...rest: unknown[]): unknown
}

const TRACED = Symbol.for('spanledger.traced')
const KEYWORD = /^\s*(?:\/\/[^\n]*\n\s*)*([A-Za-z]{2,20})/

export class Neo4jInstrumentation extends InstrumentationBase {
  constructor(config: InstrumentationConfig = {}) {
    super('spanledger/neo4j', VERSION, config)
  }

  protected init(): InstrumentationNodeModuleDefinition[] {
    return [
      new InstrumentationNodeModuleDefinition('neo4j-driver', ['>=4.4.0 <7'], (exports: Record<string, unknown>) => {
        guard('neo4j', () => {
          for (const name of ['Session', 'Transaction']) this.#traceRun(exports[name])
        })
        return exports
      }),
    ]
  }

  #traceRun(owner: unknown): void {
    const prototype: unknown = typeof owner === 'function' ? owner.prototype : undefined
    if (typeof prototype !== 'object' || prototype === null) return
    const run: unknown = Reflect.get(prototype, 'run')
    if (typeof run !== 'function' || TRACED in run) return
    const { tracer } = this
    const traced = function (this: object, ...args: unknown[]): unknown {
      // Without a parent these would be the driver's own housekeeping.
      if (!trace.getActiveSpan()) return (run as Run).apply(this, args)
      const operation = operationOf(args[0])
      const span = tracer.startSpan(operation ? `${operation} neo4j` : 'neo4j', {
        kind: SpanKind.CLIENT,
        attributes: {
          [ATTR.dbSystem]: 'neo4j',
          ...(operation && { [ATTR.dbOperation]: operation }),
          ...databaseOf(this),
        },
      })
      return context.with(trace.setSpan(context.active(), span), () => {
        try {
          const result = (run as Run).apply(this, args)
          followResult(span, result)
          return result
        } catch (error) {
          endWith(span, error)
          throw error
        }
      })
    }
    Object.defineProperty(traced, TRACED, { value: true })
    Reflect.set(prototype, 'run', traced)
  }
}

// Asking the result for its records here would read them for the app, so the app's own reading is followed.
function followResult(span: Span, result: unknown): void {
  if (!isReadable(result)) {
    span.end()
    return
  }
  const subscribe = result._subscribe
  let records = 0
  result._subscribe = (observer, ...rest) =>
    Reflect.apply(subscribe, result, [
      {
        ...observer,
        onNext: (record: unknown) => {
          records++
          observer.onNext?.(record)
        },
        onCompleted: (summary: unknown) => {
          guard('neo4j', () => {
            span.setAttribute(ATTR.dbReturnedRows, records)
            span.end()
          })
          observer.onCompleted?.(summary)
        },
        onError: (error: unknown) => {
          endWith(span, error)
          observer.onError?.(error)
        },
      },
      ...rest,
    ])
}

const isReadable = (value: unknown): value is ReadableResult =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, '_subscribe') === 'function'

const endWith = (span: Span, error: unknown) =>
  guard('neo4j', () => {
    recordError(span, error)
    span.end()
  })

function operationOf(query: unknown): string | undefined {
  const text =
    typeof query === 'string' ? query : typeof query === 'object' && query !== null ? Reflect.get(query, 'text') : ''
  return typeof text === 'string' ? KEYWORD.exec(text)?.[1]?.toUpperCase() : undefined
}

function databaseOf(session: object): Record<string, string> {
  const name: unknown = Reflect.get(session, '_database')
  return typeof name === 'string' && name !== '' ? { [ATTR.dbNamespace]: name } : {}
}
