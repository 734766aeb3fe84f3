// --watch: shows a command's output again and again until Ctrl-C. On a terminal it stays in place; elsewhere one output
// follows the other. A server that is away for a moment is waited for and said to be away.
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '@gleaner/client'
import { CommandContext, type GlobalOptions, type Session } from './command-context.ts'

export interface WatchOptions {
  readonly watch?: boolean
  /** Seconds. */
  readonly interval?: string
}

export async function watching(
  session: Session,
  options: GlobalOptions & WatchOptions,
  show: (context: CommandContext) => Promise<void>,
): Promise<void> {
  if (options.watch !== true) return show(new CommandContext(session, options))
  const { io } = session
  const pauseMs = Math.max(0.2, Number(options.interval ?? '2') || 2) * 1000
  while (!io.signal.aborted) {
    let text = ''
    const captured = { ...session, io: { ...io, out: (part: string) => void (text += part) } }
    try {
      await show(new CommandContext(captured, options))
    } catch (error) {
      if (io.signal.aborted) return
      if (!(error instanceof ApiError && error.retryable)) throw error
      text = `${error.detail}\n${error.remedy}\n`
    }
    io.out(io.isTerminal ? `\u001b[H\u001b[2J${text}` : `${text}\n`)
    await sleep(pauseMs, undefined, { signal: io.signal }).catch(() => {})
  }
}
