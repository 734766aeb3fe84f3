#!/usr/bin/env node
// The command `gleaner`. It runs what the build made of src/; in a checkout that was not built it says how to.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(fileURLToPath(main))) {
  await import(main.href)
} else {
  process.stderr.write(
    'gleaner: this checkout is not built yet.\nRun "npm install" and "npm run build" in it, or "npm start", which does both.\n',
  )
  process.exitCode = 1
}
