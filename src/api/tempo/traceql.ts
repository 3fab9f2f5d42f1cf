// TraceQL, the part that is answered here. In: a query. Out: a tree, or `bad_request` that says where and what.
// Grammar: { condition } combined with && and ||; conditions compare intrinsics and attributes with literals.
import { createToken, EmbeddedActionsParser, type IToken, Lexer } from 'chevrotain'
import { AppError } from '../../shared/errors.ts'

export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '=~' | '!~'
export type Literal =
  | { type: 'string'; value: string }
  | { type: 'number'; value: number }
  | { type: 'duration'; nanoseconds: number }
  | { type: 'boolean'; value: boolean }
  | { type: 'word'; value: string }
  | { type: 'nil' }
export type Field = { scope: 'intrinsic' | 'span' | 'resource' | 'any'; name: string }
export type Condition =
  | { kind: 'compare'; field: Field; operator: Operator; literal: Literal }
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'all' }
export type SpanSets = { kind: 'spans'; condition: Condition } | { kind: 'and' | 'or'; parts: SpanSets[] }

export const INTRINSICS = [
  'name',
  'status',
  'statusMessage',
  'kind',
  'duration',
  'traceDuration',
  'rootName',
  'rootServiceName',
  'trace:id',
  'span:id',
] as const

const token = (name: string, pattern: RegExp | string, more = {}) => createToken({ name, pattern, ...more })
const Space = token('Space', /\s+/, { group: Lexer.SKIPPED })
const Text = token('Text', /"(?:[^"\\]|\\.)*"|`[^`]*`/)
const Duration = token('Duration', /-?\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d)(?![A-Za-z0-9])/)
const NumberLiteral = token('Number', /-?\d+(?:\.\d+)?/)
const Attribute = token('Attribute', /(?:span|resource)?\.(?:"(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_.\-/:]*)/)
const Word = token('Word', /[A-Za-z][A-Za-z0-9_]*(?::[A-Za-z]+)?/)
const And = token('And', '&&')
const Or = token('Or', '||')
const Compare = token('Compare', /=~|!~|!=|>=|<=|=|>(?!>)|<(?!<)/)
const Not = token('Not', '!')
const Open = token('Open', '{')
const Close = token('Close', '}')
const Left = token('Left', '(')
const Right = token('Right', ')')
const TOKENS = [Space, Text, Duration, NumberLiteral, Attribute, Word, And, Or, Compare, Not, Open, Close, Left, Right]
const lexer = new Lexer(TOKENS)

class TraceqlParser extends EmbeddedActionsParser {
  constructor() {
    super(TOKENS)
    this.performSelfAnalysis()
  }
  readonly query = this.RULE('query', (): SpanSets => this.list('or', () => this.SUBRULE(this.setsAnd), Or) as SpanSets)
  private readonly setsAnd = this.RULE(
    'setsAnd',
    (): SpanSets => this.list('and', () => this.SUBRULE(this.set), And) as SpanSets,
  )
  private readonly set = this.RULE('set', (): SpanSets => {
    this.CONSUME(Open)
    const condition = this.OPTION(() => this.SUBRULE(this.anyOf))
    this.CONSUME(Close)
    return { kind: 'spans', condition: condition ?? { kind: 'all' } }
  })
  private readonly anyOf = this.RULE(
    'anyOf',
    (): Condition => this.list('or', () => this.SUBRULE(this.allOf), Or) as Condition,
  )
  private readonly allOf = this.RULE(
    'allOf',
    (): Condition => this.list('and', () => this.SUBRULE(this.unary), And) as Condition,
  )
  private readonly unary = this.RULE(
    'unary',
    (): Condition =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(Not)
            return { kind: 'not' as const, part: this.SUBRULE1(this.unary) }
          },
        },
        {
          ALT: () => {
            this.CONSUME(Left)
            const inner = this.SUBRULE(this.anyOf)
            this.CONSUME(Right)
            return inner
          },
        },
        { ALT: () => this.SUBRULE(this.comparison) },
      ]),
  )
  private readonly comparison = this.RULE('comparison', (): Condition => {
    const field = this.OR([{ ALT: () => this.CONSUME(Attribute) }, { ALT: () => this.CONSUME(Word) }])
    const operator = this.CONSUME(Compare)
    const literal = this.OR1([
      { ALT: () => this.CONSUME(Text) },
      { ALT: () => this.CONSUME(Duration) },
      { ALT: () => this.CONSUME(NumberLiteral) },
      { ALT: () => this.CONSUME1(Word) },
    ])
    return this.ACTION(() => ({
      kind: 'compare' as const,
      field: toField(field),
      operator: operator.image as Operator,
      literal: toLiteral(literal),
    }))
  })

  /** One or more parts between separators; a single part stands for itself. */
  private list(kind: 'and' | 'or', part: () => unknown, separator: typeof And): unknown {
    const parts: unknown[] = []
    this.AT_LEAST_ONE_SEP({ SEP: separator, DEF: () => void parts.push(part()) })
    return parts.length === 1 ? parts[0] : { kind, parts }
  }
}

const parser = new TraceqlParser()

/** @throws AppError `bad_request` for anything beyond the subset. */
export function parseTraceql(query: string): SpanSets {
  const { tokens, errors } = lexer.tokenize(query)
  if (errors[0]) throw refusal(query, errors[0].offset)
  parser.input = tokens
  const tree = parser.query()
  const [error] = parser.errors
  if (error) throw refusal(query, Number.isFinite(error.token.startOffset) ? error.token.startOffset : query.length)
  return tree
}

const refusal = (query: string, offset: number) =>
  new AppError(
    'bad_request',
    `TraceQL at position ${offset + 1}, near ${JSON.stringify(query.slice(offset, offset + 20))}: not understood; answered here: ${SUBSET}`,
  )

export const SUBSET =
  'span sets like { span.x = "y" && duration > 1s } combined with && and ||; operators = != > >= < <= =~ !~ ! ( ); no pipelines, no structural operators'

const unquote = (text: string): string => (text.startsWith('`') ? text.slice(1, -1) : JSON.parse(text))

function toField({ image, startOffset }: IToken): Field {
  const dot = image.indexOf('.')
  if (dot >= 0) {
    const name = image.slice(dot + 1)
    return {
      scope: (image.slice(0, dot) || 'any') as Field['scope'],
      name: name.startsWith('"') ? unquote(name) : name,
    }
  }
  if ((INTRINSICS as readonly string[]).includes(image)) return { scope: 'intrinsic', name: image }
  throw new AppError(
    'bad_request',
    `TraceQL at position ${startOffset + 1}: unknown intrinsic ${image}; known: ${INTRINSICS.join(', ')}`,
  )
}

const UNIT_NS: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12, d: 8.64e13 }

function toLiteral({ image, tokenType }: IToken): Literal {
  if (tokenType === Text) return { type: 'string', value: unquote(image) }
  if (tokenType === NumberLiteral) return { type: 'number', value: Number(image) }
  if (tokenType === Duration) return { type: 'duration', nanoseconds: Math.round(parseDuration(image)) }
  if (image === 'nil') return { type: 'nil' }
  return image === 'true' || image === 'false'
    ? { type: 'boolean', value: image === 'true' }
    : { type: 'word', value: image }
}

/** Nanoseconds of text like `1.5s`; NaN when it is none. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(-?\d+(?:\.\d+)?)([a-zµ]+)$/.exec(text) ?? []
  return Number(amount) * (UNIT_NS[unit ?? ''] ?? Number.NaN)
}
