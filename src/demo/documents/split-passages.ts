// The chunk stage of an upload. In: a document's text. Out: passages of at most MAX_CHARACTERS, cut at paragraphs, then
// sentences, then words, so that a passage reads well when quoted.

export const MAX_CHARACTERS = 800

const PARAGRAPH = /\n\s*\n|(?<=\n)(?=#{1,6} )/
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

export function splitPassages(text: string): string[] {
  const clean = (parts: string[]) => parts.map((part) => part.trim()).filter((part) => part !== '')
  return clean(text.replace(/\r\n?/g, '\n').split(PARAGRAPH)).flatMap((paragraph) => {
    if (paragraph.length <= MAX_CHARACTERS) return [paragraph]
    return joinShort(clean(paragraph.split(SENTENCE)).flatMap(cutLong), ' ')
  })
}
