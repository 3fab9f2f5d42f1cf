// Spreadsheets as text. In: CSV after RFC 4180 (quotes, escaped quotes, line breaks in quotes; comma, semicolon or tab).
// Out: one line per row with its column names, or what is wrong and in which line.

export type ParsedCsv = { kind: 'ok'; rows: string[][] } | { kind: 'malformed'; line: number; problem: string }

const separatorOf = (firstLine: string): string => {
  const count = (separator: string) => firstLine.split(separator).length
  return [',', ';', '\t'].reduce((best, separator) => (count(separator) > count(best) ? separator : best), ',')
}

export function parseCsv(text: string): ParsedCsv {
  const separator = separatorOf(text.slice(0, text.search(/\r?\n/) >>> 0))
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  let wasQuoted = false
  let line = 1
  let quoteLine = 1
  const endCell = () => {
    row.push(wasQuoted ? cell : cell.trim())
    cell = ''
    wasQuoted = false
  }
  const endRow = () => {
    endCell()
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i] as string
    if (character === '\n') line += 1
    if (quoted) {
      if (character !== '"') cell += character
      else if (text[i + 1] === '"') {
        cell += '"'
        i += 1
      } else quoted = false
    } else if (character === '"' && cell.trim() === '' && !wasQuoted) {
      cell = ''
      quoted = true
      wasQuoted = true
      quoteLine = line
    } else if (character === separator) endCell()
    else if (character === '\n') endRow()
    else if (character !== '\r') {
      if (wasQuoted && character.trim() !== '')
        return { kind: 'malformed', line, problem: 'text after a closing quote' }
      if (!wasQuoted) cell += character
    }
  }
  if (quoted) return { kind: 'malformed', line: quoteLine, problem: 'a quote that is never closed' }
  if (cell !== '' || wasQuoted || row.length > 0) endRow()
  return checkShape(rows)
}

function checkShape(rows: string[][]): ParsedCsv {
  const width = rows[0]?.length ?? 0
  for (const [index, row] of rows.entries()) {
    if (row.length === width) continue
    const problem = `${row.length} columns where the first row has ${width}`
    return { kind: 'malformed', line: index + 1, problem }
  }
  return { kind: 'ok', rows }
}

/** Rows as sentences a retriever can find: `Customer: Northwind; Revenue: 4.2`. */
export function rowsToText(rows: readonly string[][]): string {
  const [header = [], ...body] = rows
  return body.map((row) => row.map((cell, index) => `${header[index] ?? ''}: ${cell}`).join('; ')).join('\n')
}
