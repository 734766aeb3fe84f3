// A connection to a unix socket of this machine that is spoken by messages of its own: what comes in is taken as it comes, and whatever
// ends it is told once, with the reason, also when nobody is there to connect to.
import { connect, type Socket } from 'node:net'

export interface LineEvents {
  readonly opened?: () => void
  /** What it throws ends the line, and is the reason. */
  readonly took: (chunk: Buffer) => void
  readonly ended: (reason: string) => void
}

/** `who`: "the compositor", to be told as the one who closed. */
export function openLine(path: string, who: string, { opened, took, ended }: LineEvents): Socket {
  let reason = `${who} has closed`
  const socket = connect(path, opened)
  socket.on('data', (chunk) => {
    try {
      took(chunk)
    } catch (error) {
      reason = (error as Error).message
      socket.destroy()
    }
  })
  socket.on('error', (error: NodeJS.ErrnoException) => (reason = `${path}: ${error.code ?? error.message}`))
  socket.on('close', () => ended(reason))
  return socket
}
