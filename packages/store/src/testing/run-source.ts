// Runs a TypeScript source of this repository as a process of its own, for tests that kill a process and look what is left.
// Node 20 runs no TypeScript, so the file goes through the module runner of the tool that runs the tests.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const runner = `
import { runnerImport } from 'vite'
const conditions = ['source', 'node', 'import', 'module', 'default']
await runnerImport(process.env.GLEANER_TEST_SOURCE, {
  configFile: false, logLevel: 'error', root: process.cwd(),
  environments: { inline: { resolve: { conditions, externalConditions: conditions, noExternal: [/^@gleaner\\//] } } },
})
`

export interface SourceProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  /** Resolves with the first line of standard output that starts with this word, without it; rejects when it ends first. */
  line(word: string): Promise<string>
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
}

/** `file`: URL of the module. The process gets `settings` as JSON in GLEANER_TEST_SETTINGS. */
export function runSource(file: URL, settings: Readonly<Record<string, unknown>>): SourceProcess {
  const child = spawn(process.execPath, ['--input-type=module', '-e', runner], {
    cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
    env: {
      ...process.env,
      GLEANER_TEST_SOURCE: fileURLToPath(file),
      GLEANER_TEST_SETTINGS: JSON.stringify(settings),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let printed = ''
  let errors = ''
  const waiting = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8')
    for (const look of waiting) look()
  })
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')))
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  )
  const line = (word: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = printed
          .split('\n')
          .slice(0, -1)
          .find((text) => text.startsWith(word))
        if (found === undefined) return
        waiting.delete(look)
        resolve(found.slice(word.length).trim())
      }
      waiting.add(look)
      look()
      void exited.then(() => reject(new Error(`ended before it printed "${word}": ${printed}${errors}`)))
    })
  return { child, line, exited }
}
