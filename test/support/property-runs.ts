// How often a property test draws, and from which seed: the same draws each time, so that one commit passes everywhere or
// nowhere. PROPERTY_RUNS=100000 PROPERTY_SEED=2 draw more, and others. In: the usual number of draws. Out: fast-check's settings.
export const runs = (usual: number): { numRuns: number; seed: number } => ({
  numRuns: Number(process.env.PROPERTY_RUNS ?? usual),
  seed: Number(process.env.PROPERTY_SEED ?? 1),
})
