// What the mutation tests run: the tests of engine and model alone, in one project, without coverage. Stryker works in a copy
// of the sources whose node_modules is a link, so the workspaces are named here by their place beside this file: otherwise
// the link would lead back to the unchanged sources and no mutant of the model would ever run.
//
// The engine's property and adversarial tests search for seconds, for every mutant that the examples let live: they are left
// out, so a score is what the examples alone notice. MUTATION=thorough runs them as well.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const sourceOf = (name: string) => fileURLToPath(new URL(`packages/${name}/src/index.ts`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: Object.fromEntries(
      ['model', 'ports', 'engine', 'testkit'].map((name) => [`@gleaner/${name}`, sourceOf(name)]),
    ),
  },
  test: {
    include: ['packages/engine/src/**/*.test.ts', 'packages/model/src/**/*.test.ts'],
    exclude: process.env['MUTATION'] === 'thorough' ? [] : ['packages/engine/src/**/*.{prop,adversarial}.test.ts'],
    pool: 'threads',
    isolate: false,
    testTimeout: 30_000,
  },
})
