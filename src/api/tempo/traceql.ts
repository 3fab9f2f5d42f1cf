// TraceQL, the part that is answered here. In: a query. Out: a tree, or `bad_request` that says where and what.
// Grammar: { condition } combined with && and ||, then | stages; conditions compare intrinsics and attributes with literals.
import { EmbeddedActionsParser, type IToken } from 'chevrotain'
import { AppError } from '../../shared/errors.ts'
import { type Stage, toQuery } from './traceql-stages.ts'
import * as t from './traceql-tokens.ts'
import type { Condition, Operator, SpanSets, TraceqlQuery } from './traceql-tree.ts'

class TraceqlParser extends EmbeddedActionsParser {
  constructor() {
    super(t.TOKENS)
    this.performSelfAnalysis()
  }
  readonly query = this.RULE('query', (): TraceqlQuery => {
    const sets = this.SUBRULE(this.setsOr)
    const stages: Stage[] = []
    this.MANY(() => {
      this.CONSUME(t.Pipe)
      stages.push(this.SUBRULE(this.stage))
    })
    this.OPTION(() => this.SUBRULE(this.hints))
    return this.ACTION(() => toQuery(sets, stages))
  })
  private readonly setsOr = this.RULE(
    'setsOr',
    (): SpanSets => this.list('or', () => this.SUBRULE(this.setsAnd), t.Or) as SpanSets,
  )
  private readonly setsAnd = this.RULE(
    'setsAnd',
    (): SpanSets => this.list('and', () => this.SUBRULE(this.set), t.And) as SpanSets,
  )
  private readonly set = this.RULE('set', (): SpanSets => {
    this.CONSUME(t.Open)
    const condition = this.OPTION(() => this.SUBRULE(this.anyOf))
    this.CONSUME(t.Close)
    return { kind: 'spans', condition: condition ?? { kind: 'all' } }
  })
  private readonly anyOf = this.RULE(
    'anyOf',
    (): Condition => this.list('or', () => this.SUBRULE(this.allOf), t.Or) as Condition,
  )
  private readonly allOf = this.RULE(
    'allOf',
    (): Condition => this.list('and', () => this.SUBRULE(this.unary), t.And) as Condition,
  )
  private readonly unary = this.RULE(
    'unary',
    (): Condition =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t.Not)
            return { kind: 'not' as const, part: this.SUBRULE1(this.unary) }
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Left)
            const inner = this.SUBRULE(this.anyOf)
            this.CONSUME(t.Right)
            return inner
          },
        },
        { ALT: () => this.SUBRULE(this.comparison) },
      ]),
  )
  private readonly comparison = this.RULE('comparison', (): Condition => {
    const field = this.SUBRULE(this.field)
    const operator = this.CONSUME(t.Compare)
    const literal = this.SUBRULE(this.literal)
    return this.ACTION(() => ({
      kind: 'compare' as const,
      field: t.toField(field),
      operator: operator.image as Operator,
      literal: t.toLiteral(literal),
    }))
  })
  private readonly field = this.RULE(
    'field',
    (): IToken => this.OR([{ ALT: () => this.CONSUME(t.Attribute) }, { ALT: () => this.CONSUME(t.Word) }]),
  )
  private readonly literal = this.RULE(
    'literal',
    (): IToken =>
      this.OR([
        { ALT: () => this.CONSUME(t.Text) },
        { ALT: () => this.CONSUME(t.Duration) },
        { ALT: () => this.CONSUME(t.NumberLiteral) },
        { ALT: () => this.CONSUME(t.Word) },
      ]),
  )
  private readonly stage = this.RULE('stage', (): Stage => {
    const name = this.OR([{ ALT: () => this.CONSUME(t.Word) }, { ALT: () => this.CONSUME(t.By) }])
    this.CONSUME(t.Left)
    const parameters: IToken[] = []
    this.MANY_SEP({ SEP: t.Comma, DEF: () => void parameters.push(this.SUBRULE(this.parameter)) })
    this.CONSUME(t.Right)
    const by = this.OPTION(() => {
      this.CONSUME1(t.By)
      this.CONSUME1(t.Left)
      const fields: IToken[] = []
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => void fields.push(this.SUBRULE(this.field)) })
      this.CONSUME1(t.Right)
      return fields
    })
    const comparison = this.OPTION1(() => {
      const operator = this.CONSUME(t.Compare)
      return { operator, literal: this.SUBRULE(this.literal) }
    })
    return { name, parameters, by, comparison }
  })
  private readonly parameter = this.RULE(
    'parameter',
    (): IToken => this.OR([{ ALT: () => this.SUBRULE(this.field) }, { ALT: () => this.CONSUME(t.NumberLiteral) }]),
  )
  /** `with (most_recent=true)`: how Tempo may search. Here it is always the newest, and all of them. */
  private readonly hints = this.RULE('hints', (): void => {
    this.CONSUME(t.With)
    this.CONSUME(t.Left)
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.CONSUME(t.Word)
        this.CONSUME(t.Compare)
        this.SUBRULE(this.literal)
      },
    })
    this.CONSUME(t.Right)
  })

  /** One or more parts between separators; a single part stands for itself. */
  private list(kind: 'and' | 'or', part: () => unknown, separator: typeof t.And): unknown {
    const parts: unknown[] = []
    this.AT_LEAST_ONE_SEP({ SEP: separator, DEF: () => void parts.push(part()) })
    return parts.length === 1 ? parts[0] : { kind, parts }
  }
}

const parser = new TraceqlParser()

/** @throws AppError `bad_request` for anything beyond the subset. */
export function parseTraceql(query: string): TraceqlQuery {
  const { tokens, errors } = t.lexer.tokenize(query)
  if (errors[0]) throw refusal(query, errors[0].offset)
  parser.input = tokens
  const tree = parser.query()
  const [error] = parser.errors
  if (error) throw refusal(query, error.token.startOffset >= 0 ? error.token.startOffset : query.length)
  return tree
}

const refusal = (query: string, offset: number) =>
  new AppError(
    'bad_request',
    `TraceQL at position ${offset + 1}, near ${JSON.stringify(query.slice(offset, offset + 20))}: not understood; answered here: ${SUBSET}`,
  )

const SUBSET =
  'span sets like { span.x = "y" && duration > 1s } combined with && and ||; operators = != > >= < <= =~ !~ ! ( ); then | select(), | count() > 2, | rate() by (span.x); no structural operators'
