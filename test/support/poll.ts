// Waiting in tests: no sleeps, always a description of what is awaited and what was last seen.

/**
 * Calls `check` until it returns without throwing, and returns its value.
 * @throws the last failure, prefixed with the description, after `timeoutMs`.
 */
export async function pollUntil<T>(
  description: string,
  check: () => Promise<T> | T,
  { timeoutMs = 30_000, everyMs = 200 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(`waited ${timeoutMs} ms for: ${description}\nlast seen: ${String(error)}`, { cause: error })
      }
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  }
}
