// Rows in COPY statements of bounded size. In: what becomes rows of a table. Out: how many were inserted. A row has its
// resource written out, so the rows of one request can be many times its size: they are never in memory all at once.
import { CopyEncoder } from './copy-encoder.ts'
import type { TargetTable } from './tables.ts'

/** No usual group comes near: it is copied in one statement. */
const PIECE_BYTES = 8 * 1024 * 1024
const USUAL_ROW_BYTES = 1024
const FIRST_BYTES = 64 * 1024

export async function copyInPieces<Item>(
  table: TargetTable,
  items: readonly Item[],
  append: (rows: CopyEncoder, item: Item) => void,
  write: (table: TargetTable, rows: CopyEncoder) => Promise<number>,
): Promise<number> {
  let inserted = 0
  for (let next = 0; next < items.length; ) {
    const expected = FIRST_BYTES + (items.length - next) * USUAL_ROW_BYTES
    const rows = new CopyEncoder(table.columns.length, Math.min(PIECE_BYTES, expected))
    while (next < items.length && rows.mark() < PIECE_BYTES) append(rows, items[next++] as Item)
    inserted += await write(table, rows)
  }
  return inserted
}
