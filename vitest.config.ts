// Test projects, from the quickest to the one that needs the whole stack. `make test` runs them all.
import { defineConfig } from 'vitest/config'
import { SlowFilesFirst } from './test/slow-files-first.ts'

/** Says that a test hangs, nothing else: on a busy machine one that takes a second takes ten. */
const HANGS_MS = 60_000

const project = (name: string, options: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: HANGS_MS, hookTimeout: HANGS_MS, ...options },
})

export default defineConfig({
  test: {
    sequence: { sequencer: SlowFilesFirst },
    projects: [
      project('unit', { maxWorkers: 2 }),
      // These wait for processes more than they compute.
      project('contract', { maxWorkers: 4 }),
      project('database', {
        maxWorkers: 4,
        globalSetup: ['test/support/database-server.ts'],
      }),
      project('e2e', { testTimeout: 180_000, hookTimeout: 300_000, maxWorkers: 2 }),
    ],
  },
})
