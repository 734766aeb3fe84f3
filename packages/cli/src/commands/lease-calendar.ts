// `gleaner leases calendar`: hosts by time as text. One character is one share of the span: free, promised in part or whole of
// it; a capital letter marks the leases the reader may see, explained below.
import type { LeaseCalendarView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'

export interface CalendarOptions {
  readonly cloud?: string
  readonly from?: string
  readonly to?: string
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

export async function leaseCalendar(context: CommandContext, { cloud, from, to }: CalendarOptions): Promise<void> {
  const query = {
    ...(cloud === undefined ? {} : { cloud }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
  const view = await context.client.call('getLeaseCalendar', { query })
  if (context.printJson(view)) return
  if (view.hosts.length === 0) return context.line('There is no host that could be reserved.')
  const { now } = await context.client.call('getStatus')
  const times = context.moments(now)
  const nameWidth = Math.max(...view.hosts.map(({ host }) => host.length))
  const width = Math.max(10, Math.min(72, (context.io.columns ?? 100) - nameWidth - 3))
  const legend = new Map<string, string>()
  for (const { busy } of view.hosts)
    for (const { lease } of busy)
      if (lease !== undefined && !legend.has(lease)) legend.set(lease, letters[legend.size % letters.length] ?? '?')
  const start = times.at(view.from)
  const end = times.at(view.to)
  context.line(
    `${' '.repeat(nameWidth + 2)}${start}${' '.repeat(Math.max(1, width - start.length - end.length))}${end}`,
  )
  for (const host of view.hosts) {
    const closed = host.closed === undefined ? '' : ` ${host.closed}`
    context.line(`${host.host.padEnd(nameWidth)}  ${cells(view, host, { width, legend })}${closed}`)
  }
  for (const [lease, letter] of legend) context.line(`${letter} = ${lease}`)
  context.line('· = free, # = promised to somebody else')
}

function cells(
  { from, to }: LeaseCalendarView,
  { busy }: LeaseCalendarView['hosts'][number],
  { width, legend }: { readonly width: number; readonly legend: ReadonlyMap<string, string> },
): string {
  const fromMs = Date.parse(from)
  const cellMs = (Date.parse(to) - fromMs) / width
  let line = ''
  for (let cell = 0; cell < width; cell++) {
    const startMs = fromMs + cell * cellMs
    const there = busy.find(({ start, end }) => Date.parse(start) < startMs + cellMs && startMs < Date.parse(end))
    line += there === undefined ? '·' : there.lease === undefined ? '#' : (legend.get(there.lease) ?? '?')
  }
  return line
}
