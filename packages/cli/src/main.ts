// The process of the command line: binds `run` to the terminal and ends with its exit code.
import type { Io } from './io.ts'
import { run } from './run.ts'

const interrupted = new AbortController()
const io: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  isTerminal: process.stdout.isTTY,
  environment: process.env,
  directory: process.cwd(),
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  signal: interrupted.signal,
}

// A reader that has seen enough (| head) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
// `serve` ends in its own way; whatever else runs is simply given up.
if (process.argv[2] !== 'serve') {
  process.once('SIGINT', () => {
    interrupted.abort()
    process.exitCode = 130
  })
}
const code = await run(process.argv.slice(2), io)
process.exitCode ??= code
