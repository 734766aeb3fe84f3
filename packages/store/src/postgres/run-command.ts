// Runs one program to its end and returns what it printed. Always in a session of its own, so that Ctrl-C in the terminal
// reaches Gleaner alone and not the half-started database under it. Never rejects: a program that cannot be started is
// a result with status 127, one that takes too long is killed and has status 124. It does not outlive this process's exit.
import { spawn } from 'node:child_process'

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly uid?: number
  readonly gid?: number
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface CommandResult {
  readonly status: number
  /** Standard output and standard error in the order they came. */
  readonly output: string
}

const outputLimit = 64 * 1024

export function runCommand(command: Command, timeoutMs: number): Promise<CommandResult> {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(command.file, command.args, {
      cwd: command.cwd ?? '/',
      env: { ...process.env, LC_ALL: 'C', ...command.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(command.uid === undefined ? {} : { uid: command.uid }),
      ...(command.gid === undefined ? {} : { gid: command.gid }),
    })
    const onExit = () => child.kill('SIGKILL')
    process.on('exit', onExit)
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, timeoutMs)
    const collect = (chunk: Buffer) => {
      if (output.length < outputLimit) output += chunk.toString('utf8')
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => {
      clearTimeout(timer)
      process.off('exit', onExit)
      resolve({ status: 127, output: error.message })
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      process.off('exit', onExit)
      resolve({ status: late ? 124 : (code ?? 1), output: output.trim() })
    })
  })
}
