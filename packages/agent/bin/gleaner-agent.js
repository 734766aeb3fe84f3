#!/usr/bin/env node
// The agent of a desktop as a program of its own: `gleaner-agent run` and its short commands. Without the command line of the
// control plane around it, so that it stays small.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(fileURLToPath(main))) {
  await import(main.href)
} else {
  process.stderr.write('gleaner-agent: this checkout is not built yet. Run "npm install" and "npm run build" in it.\n')
  process.exitCode = 1
}
