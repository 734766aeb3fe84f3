// Runs a program with a list of arguments, never through a shell, with a deadline after which it and what it started are killed,
// and with a bound on what it may say. A program that cannot be started, ends by a signal or does not end in time is
// `unavailable`; how it ended otherwise is told with what it said.
import { spawn } from 'node:child_process'
import { unavailable } from './power-fault.ts'

export interface ProgramRun {
  /** Names it in faults. */
  readonly where: string
  readonly argv: readonly string[]
  /** Added to the environment of this process; secrets go here, where other users cannot read them. */
  readonly environment?: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

export interface ProgramEnd {
  readonly code: number
  readonly stdout: string
  /** The last line it said on stderr, for people. */
  readonly lastWord: string
}

const mostBytes = 64 * 1024

export function runProgram(
  { where, argv, environment, timeoutMs }: ProgramRun,
  signal: AbortSignal,
): Promise<ProgramEnd> {
  signal.throwIfAborted()
  const [program, ...args] = argv
  return new Promise((resolve, reject) => {
    if (program === undefined || program === '') {
      reject(unavailable(where, 'the command is empty'))
      return
    }
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: what it starts ends with it.
      detached: true,
      env: { ...process.env, ...environment },
    })
    let stdout = ''
    let stderr = ''
    let why: unknown
    const kill = (reason: unknown) => {
      why ??= reason
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    const onAbort = () => kill(signal.reason)
    const timer = setTimeout(() => kill(unavailable(where, `no answer within ${timeoutMs} ms`)), timeoutMs)
    signal.addEventListener('abort', onAbort, { once: true })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < mostBytes) stdout += text
      else kill(unavailable(where, `said more than ${mostBytes} bytes`))
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < mostBytes) stderr += text
    })
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
    child.on('error', (error) => {
      end()
      reject(
        unavailable(where, `${program} cannot be started (${(error as NodeJS.ErrnoException).code ?? 'error'})`, error),
      )
    })
    child.on('close', (code, killedBy) => {
      end()
      if (why !== undefined) reject(why)
      else if (code === null) reject(unavailable(where, `${program} was ended by ${killedBy ?? 'a signal'}`))
      else resolve({ code, stdout, lastWord: lastLine(stderr) })
    })
  })
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim().slice(0, 200) ?? ''
}
