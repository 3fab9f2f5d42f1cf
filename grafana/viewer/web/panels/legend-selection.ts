// What a click on a legend's name does. In: hidden names, the name, all names, whether it is added or stands alone.
// Out: hidden names.
export function toggled(
  hidden: ReadonlySet<string>,
  label: string,
  all: readonly string[],
  append: boolean,
): ReadonlySet<string> {
  const shown = all.filter((name) => !hidden.has(name))
  if (!append) {
    const isAlone = shown.length === 1 && shown[0] === label
    return new Set(isAlone ? [] : all.filter((name) => name !== label))
  }
  const next = new Set(hidden)
  if (!next.delete(label)) next.add(label)
  return next.size === all.length ? new Set() : next
}
