// Reads one line of the guest reporter (integrations/guest), version 1:
//
//   GLEANER v=1 seq=N up=S every=S cpu=F iowait=F rx=N tx=N read=N write=N users=N idle=S len=N
//
// A line is accepted whole or not at all. `len`, the number of characters before it, shows lines that lost some on the
// way; the first line after a connection, and two lines run together, fail it. Unknown fields are skipped, so that a
// newer reporter can say more. What the line says about who sent it is not read: the channel says that.

export interface GuestReport {
  readonly seq: number
  readonly uptimeS: number
  readonly everyS: number
  readonly users: number
  readonly idleS: number
}

const freshPeriods = 3
const shortestFreshMs = 10_000

/** For how long a report is the newest truth. */
export function reportFreshMs(everyS: number): number {
  return Math.max(shortestFreshMs, freshPeriods * everyS * 1000)
}

const field = /^([a-z]+)=(\d{1,15}(?:\.\d{1,6})?)$/

/** Undefined for whatever is not one whole line of version 1. */
export function parseReportLine(line: string): GuestReport | undefined {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  const cut = text.lastIndexOf(' len=')
  if (!text.startsWith('GLEANER ') || cut < 0 || text.slice(cut + 5) !== String(cut)) return undefined
  const fields = new Map<string, number>()
  for (const word of text.slice(8, cut).split(' ')) {
    const match = field.exec(word)
    const [, name, value] = match ?? []
    if (name === undefined || fields.has(name)) return undefined
    fields.set(name, Number(value))
  }
  if (fields.get('v') !== 1) return undefined
  const [seq, uptimeS, everyS, users, idleS] = ['seq', 'up', 'every', 'users', 'idle'].map((name) => fields.get(name))
  if (seq === undefined || uptimeS === undefined || everyS === undefined) return undefined
  if (users === undefined || idleS === undefined) return undefined
  // A guest cannot have been idle for longer than it is up.
  if (![seq, users].every(Number.isInteger) || seq < 1 || everyS < 1 || idleS > uptimeS) return undefined
  return { seq, uptimeS, everyS, users, idleS }
}
