// The collector's redaction, made from the library's patterns. In: instrumentation/content/patterns.ts. Out: redaction.yaml,
// which the collector reads beside collector.yaml. Run: node collector/redaction.ts
//
// Go's regular expressions look neither around a match nor at check digits, so some matches take a character more, and
// any number that looks like a card or an IBAN counts as one. They are also slow, all but those that begin with fixed
// letters: so those stand alone, the rest is joined, and a value that is plainly clean is not searched at all.
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import * as conventions from '@opentelemetry/semantic-conventions'
import { stringify } from 'yaml'
import { ATTRIBUTE_DOCS } from '../instrumentation/attribute-docs.ts'
import { KEY_FORMATS, NAMED, type Pattern, PERSONAL, SECRETS } from '../instrumentation/content/patterns.ts'
import { ATTR } from '../instrumentation/semconv.ts'

/** A pattern in Go's syntax. Where it stood on a word's edge, the edge is part of the match, or is any edge. */
export function toGo(regex: RegExp): string {
  const go = regex.source
    .replaceAll('\\/', '/')
    .replaceAll(/\\u([0-9a-f]{4})/g, '\\x{$1}')
    .replaceAll('[\\s\\S]', '(?s:.)')
    .replaceAll('(?!\\[redacted)', '')
    .replaceAll(/\(\?<!\[([^\]]*)\]\)/g, '(?:^|[^$1])')
    .replaceAll(/\(\?!(?:\[[^\]]*\]|\\w)\)/g, '\\b')
    .replaceAll(/\(\?<?=([^()]*)\)/g, '$1')
  if (/\(\?<?[!=]/.test(go)) throw new Error(`not to be said in Go's syntax: ${go}`)
  return regex.flags.includes('i') ? `(?i:${go})` : go
}

const goOf = ({ regex, withoutAccept }: Pattern) => toGo(withoutAccept ?? regex)

/** Fixed letters a pattern begins with; enough of them are rare enough in other words to need no edge before them. */
const MIN_FIXED = 4
const fixedStart = (pattern: string) => /^(?:[A-Za-z0-9_:/-]|\\.)*(?![*+?{])/.exec(pattern)?.[0].length ?? 0
const [fixed, loose] = [true, false].map((is) => KEY_FORMATS.filter((p) => fixedStart(p) >= MIN_FIXED === is)) as [
  string[],
  string[],
]

/**
 * A pattern that is blind to case and begins with one of several words, as one pattern a word, in small letters, with a
 * capital in front, or in capitals: fixed letters are found a hundred times faster. The first letter may then be any.
 */
export function byWord(regex: RegExp): string[] {
  const go = toGo(new RegExp(regex.source.replace('(?<![A-Za-z0-9])', '')))
  const [, before = '', words = '', after = ''] =
    /^(.*?)\(\?:([a-z][^()]*(?:\([^()]*\)\??[^()]*)*)\)(.*)$/.exec(go) ?? []
  const start = before.replaceAll(/\\b|\(|\["'\]\?/g, '')
  if (words === '' || start !== '') throw new Error(`no words to begin with: ${go}`)
  const rest = before.includes('(') ? after.replace(')', '') : after
  return splitWords(words).flatMap((word) => [
    word.slice(1).replaceAll(/(?<=\?)[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`) + rest,
    word.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase()) + rest,
  ])
}

/** The alternatives, with and without their options; none that ends in another, which finds it as well. */
function splitWords(words: string): string[] {
  const all = words
    .split('|')
    .flatMap((word) => [word.replace(/\(\?:([^()]*)\)\?/, '$1'), word.replace(/\(\?:[^()]*\)\?/, '')])
  const unique = [...new Set(all)]
  return unique.filter((word) => !unique.some((other) => other !== word && word.endsWith(other)))
}

/** Patterns in the collector's order of no order: those that could spoil each other's matches are one. */
export function blockedValues(): string[] {
  const others = SECRETS.patterns.filter(({ label }) => label !== 'api key')
  const isBlind = ({ regex }: Pattern) => regex.flags.includes('i')
  return [
    ...fixed,
    `(?:\\b|_)(?:${loose.join('|')})`,
    ...others.filter((pattern) => !isBlind(pattern)).map(goOf),
    ...[...others.filter(isBlind).map(({ regex }) => regex), NAMED.regex].flatMap(byWord),
    // The edge keeps an e-mail address from being tried at each of its letters; Go knows none but ASCII's.
    PERSONAL.patterns
      .map(goOf)
      .join('|')
      .replace(/^(?=\[)/, '(?:\\b|[\\x{00c0}-\\x{1fff}])'),
  ]
}

/** The same for lists and maps, which are searched as JSON: quotes are escaped, and numbers are no cards. */
const blockedInJson = () =>
  blockedValues().map((pattern) =>
    pattern.replaceAll(`["']?`, `[\\\\"']{0,4}`).replaceAll('(?:^|[^\\dA-Za-z.])', '[^\\dA-Za-z.,:\\[-]'),
  )

const WORD = '[A-Za-z][A-Za-z0-9_-]{0,12}|[0-9]{1,3}(?:-[A-Za-z][A-Za-z0-9_-]{0,8})?'

const PLAIN_WORD = '[A-Za-z][a-z]{0,13}|[A-Z]{2,10}'

const SQL_NAME = '[A-Za-z_]{1,16}[0-9]{0,2}'
const SQL_PLACEHOLDER = '(?:[=<>]{1,2} ?)?(?:[$][0-9]{1,2}|[?])'

/**
 * Values without a place for a secret: short words, perhaps with a number behind; addresses of short words; long ids in
 * hexadecimal; plain prose; SQL that has only placeholders for values. Matched from end to end without a second thought,
 * which Go does quickly.
 */
export const CLEAN = [
  `^(?:(?:${WORD})(?:[./](?:${WORD})| [A-Za-z][A-Za-z0-9_-]{0,6})*(?: [0-9]{1,3})?)?$`,
  `^https?://(?:${WORD})(?:[./](?:${WORD})|:[0-9]{2,5})*/?$`,
  '^[0-9a-f]{8}(?:(?:[0-9a-f]{8}){2,15}|(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$',
  `^(?:${PLAIN_WORD})(?:[ ,.'()!?*;<>/_-]{1,3}(?:${PLAIN_WORD}))*[.!?)]{0,2}$`,
  `^${SQL_NAME}(?:[ ,.()*"\\n]{1,4}(?:${SQL_NAME}|${SQL_PLACEHOLDER}))*(?: [0-9]{1,5})?[);]{0,2}$`,
]

/** Whatever is no list and no map; lists of short words; lists of numbers. */
const CLEAN_IN_JSON = ['^(?:[^\\[{]|$)', '^\\["[A-Za-z_-]{0,13}"(?:,"[A-Za-z_-]{0,13}")*\\]$', '^\\[[0-9.,eE+-]*\\]$']

// Keys whose values are secrets whatever they look like; no key that only ends in "tokens" or "first_token". Each begins
// with fixed letters, which Go looks for quickly; blind to case, one pattern for all took 4 µs a key.
const BLOCKED_KEYS = [
  ...['assword', 'asswd', 'ecret', 'uthorization', 'ookie', 'pi[_-]?[kK]ey', '[.]token', '^token'],
  ...['auth', 'access', 'refresh', 'session', 'bearer', 'csrf', 'api'].map((kind) => `${kind}[_-]?[tT]oken`),
  ...['PASSWORD', 'PASSWD', 'SECRET', 'AUTHORIZATION', 'COOKIE', 'API[_-]?KEY', 'TOKEN'],
].map((end) => `${end}$`)

/** Attributes of the conventions and our own: their names are known, and none is a secret's. Looked up, which costs nothing. */
const KNOWN_KEYS = [
  ...Object.entries(conventions).flatMap(([name, key]) =>
    name.startsWith('ATTR_') && !/^ATTR_(?:ASPNETCORE|DOTNET|JVM|K8S|SIGNALR)_/.test(name) ? [String(key)] : [],
  ),
  ...Object.values(ATTR),
]

/** Our own attributes that are numbers or yes and no. */
const FIGURES = (Object.keys(ATTRIBUTE_DOCS) as (keyof typeof ATTR)[])
  .filter((name) => ['int', 'double', 'boolean'].includes(ATTRIBUTE_DOCS[name].type))
  .map((name) => ATTR[name])

// Identifiers are what everything is joined by; a user id may well be an e-mail address. The rest holds no free text
// and is on nearly every record: passing it over saves time.
const IGNORED_KEYS = [
  ...FIGURES,
  'org_id',
  'deal_id',
  'feature',
  'department',
  'user.id',
  'session.id',
  'enduser.id',
  'service.name',
  'service.version',
  'service.instance.id',
  'deployment.environment.name',
  'telemetry.sdk.name',
  'telemetry.sdk.language',
  'telemetry.sdk.version',
  'gen_ai.agent.id',
  'gen_ai.response.id',
  'gen_ai.conversation.id',
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'http.request.method',
  'http.route',
  'db.system.name',
  'error.type',
  'spanledger.feature.status',
  'gen_ai.token.type',
]

const MASK = '****'
// Text in OTTL, within YAML.
const quoted = (text: string) => JSON.stringify(text)

/** A model call's name by the conventions: made of two attributes, neither of which is searched. */
const CALL_NAME =
  'span.name == Concat([span.attributes["gen_ai.operation.name"], span.attributes["gen_ai.request.model"]], " ")'

function namesStatement(path: string, unless = ''): string {
  const [clean, all] = [CLEAN, blockedValues()].map((patterns) =>
    patterns.map((pattern) => `(?:${pattern})`).join('|'),
  ) as [string, string]
  return `replace_pattern(${path}, ${quoted(all)}, "${MASK}") where ${path} != ""${unless} and not IsMatch(${path}, ${quoted(clean)})`
}

export function redactionProcessors(): Record<string, unknown> {
  const common = { allow_all_keys: true, ignored_keys: IGNORED_KEYS, summary: 'silent' }
  const known = [...new Set([...IGNORED_KEYS, ...KNOWN_KEYS])]
  return {
    // Apart from the rest, since a value that is passed over there may be a short password.
    'redaction/keys': { ...common, ignored_keys: known, blocked_key_patterns: BLOCKED_KEYS },
    redaction: {
      ...common,
      allowed_values: CLEAN,
      blocked_values: blockedValues(),
    },
    // What is in lists and maps. Everything else is passed over by its first character.
    'redaction/nested': {
      ...common,
      redact_all_types: true,
      allowed_values: CLEAN_IN_JSON,
      blocked_values: blockedInJson(),
    },
    // Texts that are no attributes.
    'transform/redact_names': {
      error_mode: 'propagate',
      // Two groups: one alone would run the span's statements once an event, and never for a span without any.
      trace_statements: [
        {
          context: 'span',
          statements: [namesStatement('span.name', ` and not (${CALL_NAME})`), namesStatement('span.status.message')],
        },
        { context: 'spanevent', statements: [namesStatement('spanevent.name')] },
      ],
      log_statements: [namesStatement('log.event_name')],
    },
  }
}

export const redactionYaml = (): string =>
  `# Generated by redaction.ts from the library’s patterns; do not edit.\n${stringify(
    { processors: redactionProcessors() },
    { lineWidth: 0, defaultStringType: 'QUOTE_SINGLE', defaultKeyType: 'PLAIN' },
  )}`

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(new URL('redaction.yaml', import.meta.url), redactionYaml())
}
