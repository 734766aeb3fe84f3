// The line that carries a notice to a guest, and the one by which the guest says that it has it (integrations/guest,
// gleaner-notices), version 1. Everything is printable ASCII: what stands in a name must not end the line, nor do
// anything to a terminal in the guest.
import type { GuestNotice } from '@gleaner/ports'

const longestText = 600
const answer = /^GLEANER-GOT v=1 id=([A-Za-z0-9_-]{1,100}) len=(\d{1,4})$/

export function noticeLine({ id, kind, dueAtMs, sentence }: GuestNotice): string {
  const due = dueAtMs === undefined ? '-' : String(Math.ceil(dueAtMs / 1000))
  const text = sentence
    .replace(/[“”]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, longestText)
  const line = `GLEANER-NOTICE v=1 id=${id} kind=${kind} due=${due} text=${text}`
  return `${line} len=${line.length}\n`
}

/** The id that a guest has; undefined for whatever is not one whole line of that kind. */
export function parseGotLine(line: string): string | undefined {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  const [, id, length] = answer.exec(text) ?? []
  return id !== undefined && Number(length) === text.lastIndexOf(' len=') ? id : undefined
}
