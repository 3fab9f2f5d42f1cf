// A text[] parameter as Postgres reads it. pg quotes element by element; here a look at the whole is mostly enough.
// https://www.postgresql.org/docs/18/arrays.html#ARRAYS-IO

export function textArray(values: readonly string[]): string {
  if (values.length === 0) return '{}'
  const isPlain = !/["\\]/.test(values.join(''))
  return `{"${(isPlain ? values : values.map((value) => value.replace(/["\\]/g, '\\$&'))).join('","')}"}`
}
