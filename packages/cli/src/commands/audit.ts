// `gleaner audit`: every change, newest first: by whom, from where, what was before and after.
import type { AuditView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'

export interface AuditOptions {
  readonly limit?: string
}

export async function audit(context: CommandContext, search: string | undefined, options: AuditOptions): Promise<void> {
  const limit = Number(options.limit ?? 20)
  const query = { limit, ...(search === undefined ? {} : { search }) }
  const [list, status] = await Promise.all([
    context.client.call('listAudit', { query }),
    context.json ? { now: '' } : context.client.call('getStatus'),
  ])
  if (context.printJson(list)) return
  if (list.items.length === 0)
    return context.line(search === undefined ? 'Nobody has changed anything yet.' : 'No change matches.')
  const moments = context.moments(status.now)
  for (const entry of list.items) {
    context.say(`${moments.at(entry.at)}  ${entry.by} (from ${entry.from}): ${entry.what} ${entry.object}`)
    const change = changeOf(entry)
    if (change !== '') context.say(context.style(change, 'dim'), '  ')
  }
  if (list.total > list.items.length)
    context.say(context.style(`${list.total - list.items.length} more; --limit shows them`, 'dim'))
}

/** Only what differs, where both sides are objects. */
function changeOf({ before, after }: AuditView): string {
  if (!isRecord(before) || !isRecord(after)) {
    const [was, is] = [before, after].map((side) => (side === null || side === undefined ? '' : JSON.stringify(side)))
    return was === '' ? `${is}` : is === '' ? `was ${was}` : `${was} → ${is}`
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${key}: ${JSON.stringify(before[key] ?? null)} → ${JSON.stringify(after[key] ?? null)}`)
    .join(', ')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
