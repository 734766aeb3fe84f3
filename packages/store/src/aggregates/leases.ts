// Leases with their events and what they hold on hosts. A lease is written whole, in one transaction that checks the leader's
// term: what it held is given up and what it holds now is taken, on all of its hosts or on none, and the line of who did it is
// written with it. That no host is promised twice is the schema's doing: whoever writes wins against the memory of whoever
// planned. A hundred may be asked for at once, so that several go in one transaction, and their rows in one statement.
import { GleanerError, isLeaseOpen, type Lease, type LeaseReservation, type LeaseShare } from '@gleaner/model'
import type { HostRoom, LeaseStore, LeaseWrite } from '@gleaner/ports'
import { type Selectable, sql } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { violatedConstraint } from '../database/store-fault.ts'
import type { LeaseTable } from '../database/tables/leases.ts'
import { toJson } from '../database/to-json.ts'
import { appendAudit } from './audit.ts'
import { inChunks } from './in-chunks.ts'

/** A lease of thousands of hosts takes more parameters than one statement may have. */
const rowsAtOnce = 1000
const leasesAtOnce = 100
const openStates = ['waiting', 'proposed', 'pending', 'active'] as const

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
          .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
          .where('state', 'in', [...openStates, 'ended'])
          .where('start_ms', '<', span.endMs)
          .where('end_ms', '>', span.startMs)
          .orderBy('start_ms')
          .orderBy('id')
          .execute()
        return rows.map(toLease)
      }),
    save: (fence, writes) =>
      database
        .fenced(fence, async (queries) => {
          for (const some of inChunks(writes, leasesAtOnce)) await writeAll(queries, some, fence.term)
        })
        .catch((error: unknown) => {
          throw translate(error, writes)
        }),
  }
}

async function writeAll(queries: Queries, writes: readonly LeaseWrite[], term: number): Promise<void> {
  const known = await writeLeases(queries, writes, term)
  await writeEvents(queries, writes)
  if (known.length > 0) await giveUp(queries, known, writes)
  await allocate(queries, writes)
  await appendAudit(
    queries,
    writes.flatMap(({ line }) => line ?? []),
  )
}

/** Gives the ids of those that were there before. */
async function writeLeases(queries: Queries, writes: readonly LeaseWrite[], term: number): Promise<string[]> {
  const written = await queries
    .insertInto('lease')
    .values(
      // In one order, so that two transactions never wait for each other's rows.
      writes
        .toSorted((a, b) => (a.lease.id < b.lease.id ? -1 : 1))
        .map(({ lease }) => ({
          id: lease.id,
          cloud_id: lease.cloudId,
          project_id: lease.projectId,
          name: lease.name,
          state: lease.state,
          start_ms: lease.span.startMs,
          end_ms: lease.span.endMs,
          created_at_ms: lease.createdAtMs,
          updated_at_ms: lease.updatedAtMs,
          document: toJson(lease),
          term,
        })),
    )
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(({ ref }) => ({
        name: ref('excluded.name'),
        state: ref('excluded.state'),
        start_ms: ref('excluded.start_ms'),
        end_ms: ref('excluded.end_ms'),
        updated_at_ms: ref('excluded.updated_at_ms'),
        document: ref('excluded.document'),
        term: ref('excluded.term'),
      })),
    )
    // A row that was there has been locked for the update, and says by whom.
    .returning(['id', sql<boolean>`xmax = 0`.as('is_new')])
    .execute()
  return written.filter(({ is_new: isNew }) => !isNew).map(({ id }) => id)
}

async function writeEvents(queries: Queries, writes: readonly LeaseWrite[]): Promise<void> {
  const rows = writes.flatMap(({ lease }) =>
    lease.events.map((event) => ({
      lease_id: lease.id,
      kind: event.kind,
      due_at_ms: event.dueAtMs,
      state: event.state,
      done_at_ms: event.doneAtMs ?? null,
      outcome: event.outcome ?? null,
    })),
  )
  if (rows.length === 0) return
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

/**
 * Hosts that are left and hosts that are gone to are locked together and in one order first: two leases that change places
 * would otherwise each hold what the other waits for.
 */
async function giveUp(queries: Queries, known: readonly string[], writes: readonly LeaseWrite[]): Promise<void> {
  const taken = writes.flatMap((write) => (isLeaseOpen(write.lease) ? roomsOf(write).map(({ hostId }) => hostId) : []))
  await sql`
    select from reservable_host
    where host_id = any(${taken}::text[])
       or host_id in (select host_id from lease_allocation where lease_id = any(${known}::text[]))
    order by host_id for update`.execute(queries)
  await queries.deleteFrom('lease_allocation').where('lease_id', 'in', known).execute()
}

/** Rows of hosts are locked in one order, so that two transactions never wait for each other. */
async function allocate(queries: Queries, writes: readonly LeaseWrite[]): Promise<void> {
  const open = writes.filter(({ lease }) => isLeaseOpen(lease))
  const rooms = new Map(open.flatMap((write) => roomsOf(write).map((room) => [room.hostId, room] as const)))
  const hosts = [...rooms.values()]
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
  const rows = open.flatMap(({ lease }) =>
    lease.reservations.flatMap((reservation) =>
      reservation.shares.map((share) => ({
        lease_id: lease.id,
        reservation_id: reservation.id,
        host_id: share.hostId,
        units: share.units,
        start_ms: lease.span.startMs,
        end_ms: lease.span.endMs,
        ...sizesOf(reservation, share),
      })),
    ),
  )
  for (const some of inChunks(rows, rowsAtOnce)) await queries.insertInto('lease_allocation').values(some).execute()
}

function roomsOf({ lease, rooms }: LeaseWrite): readonly HostRoom[] {
  const wanted = new Set(lease.reservations.flatMap(({ shares }) => shares.map(({ hostId }) => hostId)))
  return rooms.filter(({ hostId }) => wanted.has(hostId))
}

function sizesOf({ wish }: LeaseReservation, { units }: LeaseShare) {
  if (wish.kind === 'hosts') return { vcpus: null, memory_mib: null, disk_gib: null }
  // Instances that stay together are one unit.
  const count = wish.affinity === 'together' ? units * wish.amount : units
  const [vcpus, memoryMiB, diskGiB] = wish.size
  return { vcpus: vcpus * count, memory_mib: memoryMiB * count, disk_gib: diskGiB * count }
}

function translate(error: unknown, writes: readonly LeaseWrite[]): unknown {
  const [name, id] = (['name', 'id'] as const).map((key) => severalOf(writes.map(({ lease }) => lease[key])))
  switch (violatedConstraint(error)) {
    case 'lease_allocation_whole':
    case 'lease_allocation_room':
      return new GleanerError(
        'conflict',
        { detail: `A host of the lease ${name} was promised to another meanwhile.` },
        { cause: error },
      )
    case 'lease_name_key':
      return new GleanerError(
        'conflict',
        { detail: `The project has a lease ${name} already.` },
        { cause: error, remedy: 'Take another name, or change the lease there is.' },
      )
    case 'lease_forward':
    case 'lease_event_once':
      return new GleanerError('conflict', { detail: `The lease ${id} has gone on meanwhile.` }, { cause: error })
    default:
      return error
  }
}

/** Which of several the store refused it does not say in a form to rely on. */
function severalOf([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? `"${first}"` : `"${first}" or one of ${others.length} that were asked for with it`
}

/** JSON leaves out what is undefined: read back it is undefined as well. */
function toLease(row: Selectable<LeaseTable>): Lease {
  return row.document as Lease
}
