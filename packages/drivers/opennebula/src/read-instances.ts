// Reads all instances, a page at a time. The first reading of all asks for nothing but their ids, page by page, to know
// where to cut; what that may miss is found in the ranges, which leave out no id. A range that cannot be read is a gap of
// its own. An id that occurs twice, or lies outside of the range that was asked for, is a gap as well: no answer is to be
// believed that says so.
import type { InventoryGap } from '@gleaner/model'
import { describeError } from '@gleaner/model'
import { toCloudError } from './cloud-error.ts'
import { type IdRange, idRanges, openEnd } from './id-ranges.ts'
import { maxBytes, type OneClient } from './one-client.ts'
import { pageSize } from './options.ts'
import type { VmRow } from './parse/vm-document.ts'

export interface InstanceReading {
  readonly rows: readonly VmRow[]
  readonly gaps: readonly InventoryGap[]
}

/** Everything the user may see, in any state but DONE. */
const filter = { all: -2, notDone: -1 } as const
/** More instances than one OpenNebula ever held. */
const mostPages = 2000

export interface ReadingContext {
  readonly cloud: string
  readonly client: OneClient
  readonly signal: AbortSignal
}

export async function readInstances(
  context: ReadingContext,
  knownIds: Iterable<number> | undefined,
): Promise<InstanceReading> {
  const ranges = idRanges(knownIds ?? (await discoverIds(context)), pageSize)
  const rows = new Map<number, VmRow>()
  const gaps: InventoryGap[] = []
  let failure: unknown
  for (const range of ranges) {
    context.signal.throwIfAborted()
    const scope = `instances ${range.from} to ${range.to === openEnd ? 'the last' : range.to}`
    try {
      const page = await readRange(context, range)
      for (const row of page.rows) {
        if (rows.has(row.id) || !isIn(row.id, range))
          gaps.push({ scope, reason: `VM ${row.id} stands where it cannot be` })
        else rows.set(row.id, row)
      }
      for (const fault of page.faults) gaps.push({ scope, reason: fault })
    } catch (error) {
      failure = toCloudError(error, { cloud: context.cloud, object: scope, signal: context.signal })
      context.signal.throwIfAborted()
      gaps.push({ scope, reason: describeError(failure) })
    }
  }
  if (rows.size === 0 && failure !== undefined) throw failure
  return { rows: [...rows.values()], gaps }
}

function readRange({ client, signal }: ReadingContext, { from, to }: IdRange) {
  const args = [filter.all, from, to, filter.notDone]
  return client.read('vms', { method: 'one.vmpool.infoextended', args, signal }, maxBytes.page)
}

async function discoverIds({ cloud, client, signal }: ReadingContext): Promise<ReadonlySet<number>> {
  const ids = new Set<number>()
  try {
    for (let page = 0; page < mostPages; page++) {
      // An end below -1 is the number of rows.
      const args = [filter.all, page * pageSize, -pageSize, filter.notDone]
      const { rows, faults } = await client.read('vms', { method: 'one.vmpool.info', args, signal }, maxBytes.page)
      for (const { id } of rows) ids.add(id)
      if (rows.length + faults.length < pageSize) break
    }
    return ids
  } catch (error) {
    throw toCloudError(error, { cloud, object: 'the instances', signal })
  }
}

function isIn(id: number, { from, to }: IdRange): boolean {
  return id >= from && (to === openEnd || id <= to)
}
