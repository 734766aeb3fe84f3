// Starts programs for the tests of the whole system, and asks until there is an answer.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export interface Program {
  readonly process: ChildProcess
  /** Everything it has printed so far, both streams in the order of arrival. */
  output(): string
  /** Resolves with the match as soon as the output has it; rejects when the program ends first. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** Exit code, or the name of the signal. */
  readonly exited: Promise<number | string>
}

export function startProgram(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Program {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const waiting = new Set<() => void>()
  const take = (chunk: Buffer) => {
    output += chunk.toString()
    for (const check of waiting) check()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const exited = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code ?? -1))
  })
  return {
    process: child,
    output: () => output,
    exited,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const match = pattern.exec(output)
          if (match === null) return
          waiting.delete(check)
          resolve(match)
        }
        waiting.add(check)
        check()
        void exited.then((how) => reject(new Error(`ended with ${how} before it said ${pattern}:\n${output}`)))
      }),
  }
}

/** Asks until there is an answer; bounded. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  seconds = 120,
): Promise<T> {
  let last: unknown
  for (const endMs = Date.now() + seconds * 1000; Date.now() < endMs; ) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited ${seconds} s for ${what}`, { cause: last })
}

/** Command lines of all processes that mention the text. */
export function processesNaming(text: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')]
      } catch {
        return []
      }
    })
    .filter((line) => line.includes(text))
}
