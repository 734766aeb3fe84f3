import { defineConfig } from 'vitest/config'

// unit: runs on the sources ("source" condition of every workspace), in threads without isolation: a test that leaks a
// global breaks its neighbours on purpose. system: starts the built program, databases and browsers in processes.
const resolve = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } }

export default defineConfig({
  test: {
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['packages/engine/src/**', 'packages/model/src/**'],
      reporter: ['text-summary', 'json-summary'],
    },
    projects: [
      {
        ...resolve,
        test: {
          name: 'unit',
          include: ['packages/**/src/**/*.test.ts', 'tools/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...resolve,
        test: {
          name: 'system',
          include: ['e2e/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
