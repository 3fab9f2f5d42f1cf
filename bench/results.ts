// The tables in RESULTS.md. In: a set's lines. Out: its block in the file, replaced; the prose around it stays.
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = new URL('./RESULTS.md', import.meta.url)

/** @throws when RESULTS.md has no block for the set: `<!-- set: NAME -->` followed by a fenced one. */
export function writeResults(set: string, lines: readonly string[]): void {
  const text = readFileSync(FILE, 'utf8')
  const block = new RegExp(`(<!-- set: ${set} -->\n)\`\`\`\n[^]*?\`\`\`\n`)
  if (!block.test(text)) throw new Error(`RESULTS.md has no block for ${set}`)
  writeFileSync(
    FILE,
    text.replace(block, (_, mark: string) => `${mark}\`\`\`\n${lines.join('\n')}\n\`\`\`\n`),
  )
}
