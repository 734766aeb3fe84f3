// npm run check: types, layers, lint, format, unused code. Two at a time, the longest first; the output of one that fails
// is shown whole. Every source is checked for types once, together with the tests; the build of the packages, which the
// reference pages need, only tells what it cannot write.
import { availableParallelism, totalmem } from 'node:os'
import { buildPackages, ensureInstalled, requireNode, run, step } from './steps.mjs'

requireNode()
await ensureInstalled()
const node = process.execPath
const tsc = 'node_modules/typescript/bin/tsc'
// Compiler and linter live for seconds: collecting their garbage is a third of their work, and not needed before this much.
const gibibyte = 2 ** 30
// Two of them share the cores. More threads than that cost twice the work: every checker checks the libraries anew.
const share = String(Math.max(1, availableParallelism() >> 1))
const env = { GOMAXPROCS: share, ...(totalmem() >= 8 * gibibyte ? { GOGC: 'off', GOMEMLIMIT: '2GiB' } : {}) }
const checkTypes = (...options) => run(node, [tsc, ...options, '--checkers', share], { env })
let built
const tasks = [
  ['lint', () => run('node_modules/.bin/oxlint', ['--type-aware', '--deny-warnings'], { env })],
  ['build of the packages', () => (built = buildPackages(env))],
  ['types of packages, tests, benches and labs', () => checkTypes('-p', 'tsconfig.tests.json')],
  ['types of the console', () => checkTypes('-p', 'packages/console', '--noEmit')],
  ['unused code', () => run('node_modules/.bin/knip', ['--no-progress', '--no-config-hints'])],
  ['format', () => run('node_modules/.bin/biome', ['format', '.'])],
  ['reference pages equal the code', () => built.then(() => run(node, ['tools/docs.mjs', '--check']))],
  ['layers', () => run(node, ['tools/layers.mjs'])],
]
let failed = false
const takeTurns = async () => {
  for (let task = tasks.shift(); task !== undefined; task = tasks.shift())
    await step(...task).catch(() => (failed = true))
}
await Promise.all([takeTurns(), takeTurns()])
process.exit(failed ? 1 : 0)
