// npm run mutation [-- --mutate "GLOB,GLOB"] [other options of Stryker]: changes the sources one place at a time and asks
// whether a test notices. What is no source (tests, generators, golden scripts, mere lists of exports) is never changed,
// whatever the globs say. The report is written to reports/mutation/.
import { join } from 'node:path'
import { ensureInstalled, requireNode, root, run } from './steps.mjs'

const never = ['!**/*.test.ts', '!**/testing/**', '!**/golden/**', '!**/index.ts']

requireNode()
await ensureInstalled()
const options = process.argv.slice(2)
const at = options.indexOf('--mutate') + 1
if (at > 0) options[at] = [options[at], ...never].join(',')
await run(process.execPath, [join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', ...options], {
  inherit: true,
}).catch((error) => process.exit(error.code ?? 1))
