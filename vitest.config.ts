import { configDefaults, defineConfig } from 'vitest/config'

// unit: runs on the sources ("source" condition of every workspace), in threads without isolation: a test that leaks a
// global breaks its neighbours on purpose. descriptors: the same in processes, for what opens descriptors by number: threads
// share their table, and whoever closes one twice closes what another thread, the test runner too, has just opened.
// system: starts the built program, databases and browsers in processes.
const resolve = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } }

const byNumber = ['packages/agent/src/**/*.test.ts', 'packages/drivers/libvirt/src/guest-notices.test.ts']
// Of what is asked for again and again a second, which is the default, is less than a busy machine may take.
const expect = { poll: { timeout: 20_000 } }
const patience = { testTimeout: 30_000, hookTimeout: 60_000, expect }

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
          exclude: [...configDefaults.exclude, ...byNumber],
          pool: 'threads',
          isolate: false,
          ...patience,
        },
      },
      {
        ...resolve,
        test: { name: 'descriptors', include: byNumber, pool: 'forks', isolate: false, ...patience },
      },
      {
        ...resolve,
        test: {
          name: 'system',
          include: ['e2e/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
