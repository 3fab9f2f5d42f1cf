// The files generated from the schema. In: a migrated database. Out: path → text.
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { dumpSchema } from './dump-schema.ts'
import { rowTypes } from './row-types.ts'

export interface GeneratedFile {
  path: string
  text: string
}

const pathOf = (relative: string) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url))

export async function generatedFiles(database: Pick<pg.ClientBase, 'query'>): Promise<GeneratedFile[]> {
  return [
    { path: pathOf('migrations/schema.sql'), text: await dumpSchema(database) },
    { path: pathOf('src/shared/generated/rows.ts'), text: await rowTypes(database) },
  ]
}
