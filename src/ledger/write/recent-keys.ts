// The last keys seen, up to a number: a hint, never a decision. Two generations make forgetting cheap.

export interface RecentKeys {
  has(key: string): boolean
  add(key: string): void
}

export function createRecentKeys(max: number): RecentKeys {
  let young = new Set<string>()
  let old = new Set<string>()
  return {
    has: (key) => young.has(key) || old.has(key),
    add(key) {
      young.add(key)
      if (young.size < max / 2) return
      old = young
      young = new Set()
    },
  }
}
