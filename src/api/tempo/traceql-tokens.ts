// TraceQL's tokens, and what single ones mean. In: text. Out: tokens, literals, fields; `bad_request` for a field that is unknown.
import { createToken, type IToken, Lexer } from 'chevrotain'
import { AppError } from '../../shared/errors.ts'
import { type Field, INTRINSICS, type Literal, SCOPED_INTRINSICS } from './traceql-tree.ts'

const token = (name: string, pattern: RegExp | string, more = {}) => createToken({ name, pattern, ...more })
const Space = token('Space', /\s+/, { group: Lexer.SKIPPED })
export const Text = token('Text', /"(?:[^"\\]|\\.)*"|`[^`]*`/)
export const Duration = token('Duration', /-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+(?![A-Za-z0-9])/)
export const NumberLiteral = token('Number', /-?\d*\.?\d+/)
export const Attribute = token('Attribute', /(?:span|resource)?\.(?:"(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_.\-/:]*)/)
export const Word = token('Word', /[A-Za-z][A-Za-z0-9_]*(?::[A-Za-z]+)?/)
export const By = token('By', 'by', { longer_alt: Word })
export const With = token('With', 'with', { longer_alt: Word })
export const And = token('And', '&&')
export const Or = token('Or', '||')
export const Pipe = token('Pipe', '|')
export const Comma = token('Comma', ',')
export const Compare = token('Compare', /=~|!~|!=|>=|<=|=|>(?!>)|<(?!<)/)
export const Not = token('Not', '!')
export const Open = token('Open', '{')
export const Close = token('Close', '}')
export const Left = token('Left', '(')
export const Right = token('Right', ')')

export const TOKENS = [
  ...[Space, Text, Duration, Attribute, NumberLiteral, By, With, Word, And, Or, Pipe, Comma, Compare, Not],
  ...[Open, Close, Left, Right],
]
export const lexer = new Lexer(TOKENS)

const unquote = (text: string): string => (text.startsWith('`') ? text.slice(1, -1) : JSON.parse(text))

export function toField({ image, startOffset }: IToken): Field {
  const dot = image.indexOf('.')
  if (dot >= 0) {
    const name = image.slice(dot + 1)
    return {
      scope: (image.slice(0, dot) || 'any') as Field['scope'],
      name: name.startsWith('"') ? unquote(name) : name,
    }
  }
  const name = SCOPED_INTRINSICS[image] ?? image
  if ((INTRINSICS as readonly string[]).includes(name)) return { scope: 'intrinsic', name }
  throw new AppError(
    'bad_request',
    `TraceQL at position ${startOffset + 1}: unknown intrinsic ${image}; known: ${INTRINSICS.join(', ')}`,
  )
}

export function toLiteral({ image, tokenType }: IToken): Literal {
  if (tokenType === Text) return { type: 'string', value: unquote(image) }
  if (tokenType === NumberLiteral) return { type: 'number', value: Number(image) }
  if (tokenType === Duration) return { type: 'duration', nanoseconds: Math.round(parseDuration(image)) }
  if (image === 'nil') return { type: 'nil' }
  return image === 'true' || image === 'false'
    ? { type: 'boolean', value: image === 'true' }
    : { type: 'word', value: image }
}

const UNIT_NS: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12, d: 8.64e13 }

/** Nanoseconds of text like `1.5s` or `1m30s`; NaN when it is none. */
export function parseDuration(text: string): number {
  const [, sign, parts] = /^(-?)((?:\d+(?:\.\d+)?[a-zµ]+)+)$/.exec(text) ?? []
  if (!parts) return Number.NaN
  const sum = [...parts.matchAll(/(\d+(?:\.\d+)?)([a-zµ]+)/g)].reduce(
    (nanoseconds, [, amount, unit]) => nanoseconds + Number(amount) * (UNIT_NS[unit ?? ''] ?? Number.NaN),
    0,
  )
  return sign ? -sum : sum
}
