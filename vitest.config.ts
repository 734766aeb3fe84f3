import { defineConfig } from 'vitest/config'

// Tests run on the sources ("source" condition of every workspace), in threads without isolation: a test that
// leaks a global breaks its neighbours on purpose. Suites that need a database, a browser or a lab say so themselves.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['packages/**/src/**/*.test.ts', 'tools/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 20_000,
    coverage: { provider: 'v8', include: ['packages/engine/src/**', 'packages/model/src/**'], reporter: ['text-summary', 'json-summary'] },
  },
})
