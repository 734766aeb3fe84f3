// npm run check: types, layers, lint, format, unused code. Two at a time; the output of one that fails is shown whole.
import { ensureInstalled, requireNode, run, step } from './steps.mjs'

requireNode()
await ensureInstalled()
const node = process.execPath
const tsc = 'node_modules/typescript/bin/tsc'
const lanes = [
  [
    ['types of the packages', node, [tsc, '-b']],
    ['reference pages equal the code', node, ['tools/docs.mjs', '--check']],
    ['types of tests, benches and labs', node, [tsc, '-p', 'tsconfig.tests.json']],
    ['types of the console', node, [tsc, '-p', 'packages/console', '--noEmit']],
  ],
  [
    ['layers', node, ['tools/layers.mjs']],
    ['format', 'node_modules/.bin/biome', ['format', '.']],
    ['lint', 'node_modules/.bin/oxlint', ['--type-aware', '--deny-warnings']],
    ['unused code', 'node_modules/.bin/knip', ['--no-progress', '--no-config-hints']],
  ],
]
let failed = false
await Promise.all(
  lanes.map(async (lane) => {
    for (const [title, command, args] of lane) {
      await step(title, () => run(command, args)).catch(() => (failed = true))
    }
  }),
)
process.exit(failed ? 1 : 0)
