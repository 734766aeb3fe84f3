// npm start: from a fresh clone to a running Gleaner. Installs and builds what is missing, then runs the server in this
// same process, so that one signal ends everything. Without a configuration it shows a simulated cloud.
import { ensureBuilt, ensureInstalled, requireNode } from './steps.mjs'

requireNode()
console.error('Gleaner')
try {
  await ensureInstalled()
  await ensureBuilt()
} catch (error) {
  console.error(`Gleaner could not be set up: ${error.message}`)
  process.exit(1)
}
const { serve } = await import('@gleaner/server')
await serve({
  arguments: process.argv.slice(2),
  demoWithoutConfig: true,
  endWithParent: process.env.npm_lifecycle_event !== undefined,
})
