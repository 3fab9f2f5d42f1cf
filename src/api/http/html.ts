// HTML with escaping by default. In: a tagged template. Out: markup in which every value was escaped, unless it is markup.

export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)

type Value = Markup | Markup[] | string | number | undefined | false

const toText = (value: Value): string => {
  if (value === undefined || value === false) return ''
  if (Array.isArray(value)) return value.map((part) => part.text).join('')
  return value instanceof Markup ? value.text : escaped(String(value))
}

export const html = (strings: TemplateStringsArray, ...values: Value[]): Markup =>
  new Markup(strings.reduce((text, part, index) => text + toText(values[index - 1]) + part))

/** Only addresses a browser may follow: anything but http(s), e.g. `javascript:` in a label, becomes undefined. */
export function httpUrl(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined
  const { protocol, href } = new URL(text)
  return protocol === 'http:' || protocol === 'https:' ? href : undefined
}
