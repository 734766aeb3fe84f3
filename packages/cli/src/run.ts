// One call of the command line, from its words to its exit code:
//   0 done · 1 refused or failed · 2 the words make no sense · 3 the server cannot be reached.
import { CommanderError } from 'commander'
import type { Io } from './io.ts'
import { buildProgram } from './program.ts'

export async function run(words: readonly string[], io: Io): Promise<number> {
  const session = { io, code: 0 }
  const program = buildProgram(session)
  try {
    await program.parseAsync([...words], { from: 'user' })
    return session.code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (io.signal.aborted) return 130
    const { failureText } = await import('./failure.ts')
    const failure = failureText(error, { json: words.includes('--json'), debug: words.includes('--debug') })
    io.err(failure.text)
    return failure.code
  }
}
