// The process of the command line: binds `run` to the terminal and ends with its exit code.
import { programVersion } from './commands/version.ts'
import type { Io } from './io.ts'

const interrupted = new AbortController()
const io: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  isTerminal: process.stdout.isTTY,
  environment: process.env,
  directory: process.cwd(),
  // Asked for only where times are shown: the first question costs tens of milliseconds.
  get timeZone() {
    return Intl.DateTimeFormat().resolvedOptions().timeZone
  },
  signal: interrupted.signal,
}

// A reader that has seen enough (| head) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
// `serve` ends in its own way, and an agent pauses its guests first; whatever else runs is simply given up.
if (process.argv[2] === 'agent') {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())
} else if (process.argv[2] !== 'serve') {
  process.once('SIGINT', () => {
    interrupted.abort()
    process.exitCode = 130
  })
}
const words = process.argv.slice(2)
if (words.length === 1 && (words[0] === 'version' || words[0] === '--version')) {
  // The one command that scripts ask most needs none of the others.
  io.out(`gleaner ${programVersion()}\n`)
} else {
  const { run } = await import('./run.ts')
  const code = await run(words, io)
  process.exitCode ??= code
}
