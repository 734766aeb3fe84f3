// Leases with their events and what they hold on hosts. A lease is written whole, in one transaction that checks the leader's
// term: what it held is given up and what it holds now is taken, on all of its hosts or on none, and the line of who did it is
// written with it. That no host is promised twice is the schema's doing: whoever writes wins against the memory of whoever
// planned. A hundred may be at it at once, so that each statement costs everybody: rows go together.
import { GleanerError, isLeaseOpen, type Lease, type LeaseReservation, type LeaseShare } from '@gleaner/model'
import type { HostRoom, LeaseStore } from '@gleaner/ports'
import { type Selectable, sql } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { violatedConstraint } from '../database/store-fault.ts'
import type { LeaseTable } from '../database/tables.ts'
import { toJson } from '../database/to-json.ts'
import { appendAudit } from './audit.ts'
import { inChunks } from './in-chunks.ts'

/** A lease of thousands of hosts takes more parameters than one statement may have. */
const rowsAtOnce = 1000
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
    save: (fence, lease, { rooms, line }) =>
      database
        .fenced(fence, async (queries) => {
          const isNew = await write(queries, lease, fence.term)
          if (lease.events.length > 0) await writeEvents(queries, lease)
          if (!isNew) await queries.deleteFrom('lease_allocation').where('lease_id', '=', lease.id).execute()
          if (isLeaseOpen(lease)) await allocate(queries, lease, rooms)
          if (line !== undefined) await appendAudit(queries, line)
        })
        .catch((error: unknown) => {
          throw translate(error, lease)
        }),
  }
}

/** True when there was no lease of this id before. */
async function write(queries: Queries, lease: Lease, term: number): Promise<boolean> {
  const changing = {
    name: lease.name,
    state: lease.state,
    start_ms: lease.span.startMs,
    end_ms: lease.span.endMs,
    updated_at_ms: lease.updatedAtMs,
    document: toJson(lease),
    term,
  }
  const { is_new: isNew } = await queries
    .insertInto('lease')
    .values({
      id: lease.id,
      cloud_id: lease.cloudId,
      project_id: lease.projectId,
      created_at_ms: lease.createdAtMs,
      ...changing,
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changing))
    // A row that was there has been locked for the update, and says by whom.
    .returning(sql<boolean>`xmax = 0`.as('is_new'))
    .executeTakeFirstOrThrow()
  return isNew
}

async function writeEvents(queries: Queries, lease: Lease): Promise<void> {
  const rows = lease.events.map((event) => ({
    lease_id: lease.id,
    kind: event.kind,
    due_at_ms: event.dueAtMs,
    state: event.state,
    done_at_ms: event.doneAtMs ?? null,
    outcome: event.outcome ?? null,
  }))
  await queries
    .insertInto('lease_event')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['lease_id', 'kind']).doUpdateSet(({ ref }) => ({
        due_at_ms: ref('excluded.due_at_ms'),
        state: ref('excluded.state'),
        done_at_ms: ref('excluded.done_at_ms'),
        outcome: ref('excluded.outcome'),
      })),
    )
    .execute()
}

/** Rows of hosts are locked in one order, so that two leases never wait for each other. */
async function allocate(queries: Queries, lease: Lease, rooms: readonly HostRoom[]): Promise<void> {
  const wanted = new Set(lease.reservations.flatMap(({ shares }) => shares.map(({ hostId }) => hostId)))
  const hosts = rooms
    .filter(({ hostId }) => wanted.has(hostId))
    .sort((a, b) => (a.hostId < b.hostId ? -1 : 1))
    .map(({ hostId, capacity: [vcpus, memoryMiB, diskGiB] }) => ({
      host_id: hostId,
      vcpus,
      memory_mib: memoryMiB,
      disk_gib: diskGiB,
    }))
  for (const some of inChunks(hosts, rowsAtOnce))
    await queries
      .insertInto('reservable_host')
      .values(some)
      .onConflict((conflict) =>
        conflict.column('host_id').doUpdateSet(({ ref }) => ({
          vcpus: ref('excluded.vcpus'),
          memory_mib: ref('excluded.memory_mib'),
          disk_gib: ref('excluded.disk_gib'),
        })),
      )
      .execute()
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
  for (const some of inChunks(rows, rowsAtOnce)) await queries.insertInto('lease_allocation').values(some).execute()
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
