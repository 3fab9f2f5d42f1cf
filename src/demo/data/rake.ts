// Weights that meet several distributions at once: iterative proportional fitting (Deming and Stephan, 1940). In: items
// that each belong to one class per dimension, and the share every class must have. Out: one weight per item.

export interface Margin<T> {
  classOf(item: T): string
  shares: readonly { name: string; share: number }[]
}

const ROUNDS = 200

export function rake<T>(items: readonly T[], margins: readonly Margin<T>[]): number[] {
  const weights = items.map(() => 1 / items.length)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { classOf, shares } of margins) {
      const totals = new Map<string, number>()
      for (const [index, item] of items.entries()) {
        totals.set(classOf(item), (totals.get(classOf(item)) ?? 0) + (weights[index] ?? 0))
      }
      // Classes without an item cannot have a share; the others share what is left.
      const present = shares.filter(({ name }) => (totals.get(name) ?? 0) > 0)
      const whole = present.reduce((sum, { share }) => sum + share, 0)
      const factors = new Map(present.map(({ name, share }) => [name, share / whole / (totals.get(name) ?? 1)]))
      for (const [index, item] of items.entries())
        weights[index] = (weights[index] ?? 0) * (factors.get(classOf(item)) ?? 0)
    }
  }
  return weights
}
