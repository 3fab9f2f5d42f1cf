// The chunk stage of an upload. In: a document's text. Out: passages of at most MAX_CHARACTERS, cut at paragraphs, then
// sentences, then words, so that a passage reads well when quoted.

export const MAX_CHARACTERS = 800

const PARAGRAPH = /\n\s*\n|(?<=\n)(?=#{1,6} )/
const HEADING = /^(#{1,6})\s+(.+)$/
const SENTENCE = /(?<=[.!?。！？])\s+|\n/

function cutLong(text: string): string[] {
  const pieces: string[] = []
  let rest = text
  while (rest.length > MAX_CHARACTERS) {
    const space = rest.lastIndexOf(' ', MAX_CHARACTERS)
    const cut = space > MAX_CHARACTERS / 2 ? space : MAX_CHARACTERS
    pieces.push(rest.slice(0, cut))
    rest = rest.slice(cut).trimStart()
  }
  return rest === '' ? pieces : [...pieces, rest]
}

function joinShort(pieces: string[], separator: string): string[] {
  const joined: string[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    if (last !== undefined && last.length + separator.length + piece.length <= MAX_CHARACTERS) {
      joined[joined.length - 1] = last + separator + piece
    } else joined.push(piece)
  }
  return joined
}

export interface TextPassage {
  /** The headings it stands under, for finding it; not part of what is quoted. */
  heading: string
  text: string
}

export function splitPassages(text: string): TextPassage[] {
  const clean = (parts: string[]) => parts.map((part) => part.trim()).filter((part) => part !== '')
  const passages: TextPassage[] = []
  const headings: string[] = []
  for (const paragraph of clean(text.replace(/\r\n?/g, '\n').split(PARAGRAPH))) {
    const [first = '', ...rest] = paragraph.split('\n')
    const heading = HEADING.exec(first)
    if (heading) headings.splice((heading[1]?.length ?? 1) - 1, headings.length, heading[2] ?? '')
    const body = heading ? rest.join('\n').trim() : paragraph
    if (body === '') continue
    const pieces = body.length <= MAX_CHARACTERS ? [body] : joinShort(clean(body.split(SENTENCE)).flatMap(cutLong), ' ')
    passages.push(...pieces.map((piece) => ({ heading: headings.join(' '), text: piece })))
  }
  // A document of nothing but headings is still a document.
  return passages.length > 0
    ? passages
    : cutLong(clean(text.split('\n')).join(' ')).map((piece) => ({ heading: '', text: piece }))
}
