// `gleaner version`: of this program; with --json also that of the runtime.
import { readFileSync } from 'node:fs'
import type { CommandContext } from '../command-context.ts'

export function programVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  return manifest.version
}

export function version(context: CommandContext): void {
  if (context.printJson({ name: 'gleaner', version: programVersion(), node: process.version })) return
  context.line(`gleaner ${programVersion()}`)
}
