// `gleaner history`: every action, newest first, with its cause and what became of it.
import type { JournalView, QueryOf, endpoints } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import type { Moments } from '../format/moment.ts'
import { memory } from '../format/quantity.ts'
import { type Column, byState } from '../format/table.ts'
import { pageEnd } from './page-end.ts'

export interface HistoryOptions {
  readonly instance?: string
  readonly host?: string
  readonly state?: string
  readonly cause?: string
  readonly limit?: string
}

export async function history(
  context: CommandContext,
  search: string | undefined,
  options: HistoryOptions,
): Promise<void> {
  const query = {
    search,
    instance: options.instance,
    host: options.host,
    state: options.state,
    cause: options.cause,
    limit: options.limit === undefined ? 50 : Number(options.limit),
  } as QueryOf<typeof endpoints.listHistory>
  const [page, status] = await Promise.all([
    context.client.call('listHistory', { query }),
    context.json ? { now: '' } : context.client.call('getStatus'),
  ])
  if (context.printJson(page)) return
  if (page.items.length === 0) return context.line('Nothing was done yet.')
  context.table(page.items, columnsFor(context.moments(status.now)))
  pageEnd(context, page, 'action')
}

function columnsFor(moments: Moments): readonly Column<JournalView>[] {
  return [
    { title: 'when', cell: (entry) => moments.at(entry.intendedAt), right: true },
    { title: 'action', cell: (entry) => entry.action },
    { title: 'target', cell: (entry) => entry.target.name, least: 12 },
    { title: 'project', cell: (entry) => entry.project ?? '', least: 8, rank: 4 },
    { title: 'cause', cell: (entry) => entry.cause, least: 8 },
    { title: 'state', cell: (entry) => entry.state, colour: byState((entry) => entry.state) },
    { title: 'memory', cell: (entry) => memory(entry.gives.physicalMemoryMiB || undefined), right: true, rank: 3 },
    { title: 'outcome', cell: (entry) => moments.within(entry.outcome ?? entry.reason.sentence), least: 20, rank: 2 },
    { title: 'id', cell: (entry) => entry.id, rank: 5 },
  ]
}
