// Leases with their events and what they hold on hosts. A lease is written whole, in one transaction that checks the leader's
// term: what it held is given up and what it holds now is taken, on all of its hosts or on none. That no host is promised
// twice is the schema's doing: whoever writes wins against the memory of whoever planned.
import {
  GleanerError,
  isLeaseOpen,
  type Lease,
  type LeaseEvent,
  type LeaseReservation,
  type LeaseShare,
} from '@gleaner/model'
import type { HostRoom, LeaseStore } from '@gleaner/ports'
import { type Selectable, sql } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { violatedConstraint } from '../database/store-fault.ts'
import type { LeaseTable } from '../database/tables.ts'
import { toJson } from '../database/to-json.ts'

const openStates = ['proposed', 'pending', 'active'] as const

export function leases(database: Database): LeaseStore {
  return {
    open: () =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('lease')
          .selectAll()
          .where('state', 'in', openStates)
          .orderBy('start_ms')
          .orderBy('id')
          .execute()
        return rows.map(toLease)
      }),
    find: (id) =>
      database.read(async (queries) => {
        const row = await queries.selectFrom('lease').selectAll().where('id', '=', id).executeTakeFirst()
        return row === undefined ? undefined : toLease(row)
      }),
    list: ({ projectIds, states, name }, { limit, offset }) =>
      database.read(async (queries) => {
        const matching = queries
          .selectFrom('lease')
          .$if(states !== undefined, (query) => query.where('state', 'in', states ?? []))
          .$if(name !== undefined, (query) => query.where('name', '=', name ?? ''))
          .$if(projectIds !== undefined, (query) =>
            query.where('project_id', '=', sql<string>`any(${projectIds}::text[])`),
          )
        const rows = await matching
          .selectAll()
          .orderBy('start_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .offset(offset)
          .execute()
        const { total } = await matching
          .select((select) => select.fn.countAll<number>().as('total'))
          .executeTakeFirstOrThrow()
        return { items: rows.map(toLease), total }
      }),
    within: (projectId, span) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('lease')
          .selectAll()
          .where('project_id', '=', projectId)
          .where('state', 'in', [...openStates, 'ended'])
          .where('start_ms', '<', span.endMs)
          .where('end_ms', '>', span.startMs)
          .orderBy('start_ms')
          .orderBy('id')
          .execute()
        return rows.map(toLease)
      }),
    save: (fence, lease, rooms) =>
      database
        .fenced(fence, async (queries) => {
          await write(queries, lease, fence.term)
          for (const event of lease.events) await writeEvent(queries, lease, event)
          await queries.deleteFrom('lease_allocation').where('lease_id', '=', lease.id).execute()
          if (isLeaseOpen(lease)) await allocate(queries, lease, rooms)
        })
        .catch((error: unknown) => {
          throw translate(error, lease)
        }),
  }
}

async function write(queries: Queries, lease: Lease, term: number): Promise<void> {
  const changing = {
    name: lease.name,
    state: lease.state,
    start_ms: lease.span.startMs,
    end_ms: lease.span.endMs,
    updated_at_ms: lease.updatedAtMs,
    document: toJson(lease),
    term,
  }
  await queries
    .insertInto('lease')
    .values({
      id: lease.id,
      cloud_id: lease.cloudId,
      project_id: lease.projectId,
      created_at_ms: lease.createdAtMs,
      ...changing,
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changing))
    .execute()
}

async function writeEvent(queries: Queries, lease: Lease, event: LeaseEvent): Promise<void> {
  const changing = {
    due_at_ms: event.dueAtMs,
    state: event.state,
    done_at_ms: event.doneAtMs ?? null,
    outcome: event.outcome ?? null,
  }
  await queries
    .insertInto('lease_event')
    .values({ lease_id: lease.id, kind: event.kind, ...changing })
    .onConflict((conflict) => conflict.columns(['lease_id', 'kind']).doUpdateSet(changing))
    .execute()
}

/** Rows of hosts are locked in one order, so that two leases never wait for each other. */
async function allocate(queries: Queries, lease: Lease, rooms: readonly HostRoom[]): Promise<void> {
  const wanted = new Set(lease.reservations.flatMap(({ shares }) => shares.map(({ hostId }) => hostId)))
  for (const room of rooms.filter(({ hostId }) => wanted.has(hostId)).sort((a, b) => (a.hostId < b.hostId ? -1 : 1))) {
    const [vcpus, memoryMiB, diskGiB] = room.capacity
    const sizes = { vcpus, memory_mib: memoryMiB, disk_gib: diskGiB }
    await queries
      .insertInto('reservable_host')
      .values({ host_id: room.hostId, ...sizes })
      .onConflict((conflict) => conflict.column('host_id').doUpdateSet(sizes))
      .execute()
  }
  const rows = lease.reservations.flatMap((reservation) =>
    reservation.shares.map((share) => ({
      lease_id: lease.id,
      reservation_id: reservation.id,
      host_id: share.hostId,
      units: share.units,
      start_ms: lease.span.startMs,
      end_ms: lease.span.endMs,
      ...sizesOf(reservation, share),
    })),
  )
  if (rows.length > 0) await queries.insertInto('lease_allocation').values(rows).execute()
}

function sizesOf({ wish }: LeaseReservation, { units }: LeaseShare) {
  if (wish.kind === 'hosts') return { vcpus: null, memory_mib: null, disk_gib: null }
  // Instances that stay together are one unit.
  const count = wish.affinity === 'together' ? units * wish.amount : units
  const [vcpus, memoryMiB, diskGiB] = wish.size
  return { vcpus: vcpus * count, memory_mib: memoryMiB * count, disk_gib: diskGiB * count }
}

function translate(error: unknown, { id, name }: Lease): unknown {
  switch (violatedConstraint(error)) {
    case 'lease_allocation_whole':
    case 'lease_allocation_room':
      return new GleanerError(
        'conflict',
        { detail: `A host of the lease "${name}" was promised to another meanwhile.` },
        { cause: error },
      )
    case 'lease_name_key':
      return new GleanerError('conflict', { detail: `The project has a lease "${name}" already.` }, { cause: error })
    case 'lease_forward':
    case 'lease_event_once':
      return new GleanerError('conflict', { detail: `The lease ${id} has gone on meanwhile.` }, { cause: error })
    default:
      return error
  }
}

/** JSON leaves out what is undefined: read back it is undefined as well. */
function toLease(row: Selectable<LeaseTable>): Lease {
  return row.document as Lease
}
