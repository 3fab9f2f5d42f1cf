// TypeScript types of the tables' rows. In: a migrated database. Out: the text of src/shared/generated/rows.ts, with
// the types that the pg driver gives by default (bigint and numeric are strings: no digit is lost).
import type pg from 'pg'

type Queryable = Pick<pg.ClientBase, 'query'>

const HEADER = `// Generated from the migrations by \`npm run generate:schema\`. Do not edit: a test compares it with a fresh database.
`

const TYPES: Record<string, string> = {
  text: 'string',
  name: 'string',
  uuid: 'string',
  'character varying': 'string',
  bigint: 'string',
  numeric: 'string',
  'time without time zone': 'string',
  smallint: 'number',
  integer: 'number',
  'double precision': 'number',
  real: 'number',
  boolean: 'boolean',
  date: 'Date',
  'timestamp with time zone': 'Date',
  'timestamp without time zone': 'Date',
  json: 'unknown',
  jsonb: 'unknown',
  bytea: 'Buffer',
  interval: 'unknown',
}

interface Column {
  table_name: string
  is_view: boolean
  column_name: string
  type: string
  is_nullable: boolean
  comment: string | null
}

/** @throws Error when a column's type has no entry above. */
export async function rowTypes(database: Queryable): Promise<string> {
  const { rows } = await database.query<Column>(`
    select c.relname as table_name, c.relkind = 'v' as is_view, a.attname as column_name,
      format_type(a.atttypid, null) as type, not a.attnotnull as is_nullable
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and c.relname <> 'schema_migrations'
    order by c.relname, a.attnum`)
  const tables = [...Map.groupBy(rows, (row) => row.table_name)]
  const interfaces = tables.map(([table, columns]) => {
    const kind = columns[0]?.is_view ? 'View' : 'Table'
    const fields = columns.map((column) => `  ${column.column_name}: ${toType(column)}`)
    return `/** ${kind} \`${table}\`. */\nexport interface ${pascalCase(table)}Row {\n${fields.join('\n')}\n}\n`
  })
  return `${HEADER}\n${interfaces.join('\n')}`
}

function toType({ table_name, column_name, type, is_nullable }: Column): string {
  const isArray = type.endsWith('[]')
  const known = TYPES[isArray ? type.slice(0, -2) : type]
  if (!known) throw new Error(`no TypeScript type for ${type} (${table_name}.${column_name}); add it to row-types.ts`)
  const whole = isArray ? `${known}[]` : known
  return is_nullable && whole !== 'unknown' ? `${whole} | null` : whole
}

const pascalCase = (name: string) => name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
