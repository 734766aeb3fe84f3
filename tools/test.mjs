// npm test: installs and builds what is missing, then runs every test. What the machine cannot run is skipped with a line
// that says what to install; with GLEANER_TEST_REQUIRE_ALL=1 nothing may be skipped.
import { ensureBuilt, ensureInstalled, requireNode, run } from './steps.mjs'

requireNode()
await ensureInstalled()
await ensureBuilt()
try {
  await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], { inherit: true })
} catch (error) {
  process.exit(error.code ?? 1)
}
