// Estimates of oversubscription: the last one of each host with what its strategy carries on, and the figures of all before.
// A large cloud has tens of thousands of them at the end of a scope, so they are written in bulk, a column at a time; the
// states of one statement travel as one binary parameter (see telemetry.ts).
import type { HostEstimate, PeakEstimate } from '@gleaner/model'
import type { EstimateFigures, EstimatePoint, EstimateStore, FleetFigures, StoredEstimator } from '@gleaner/ports'
import { type Selectable, sql } from 'kysely'
import { copyOut } from '../database/copy-out.ts'
import type { Database, Queries } from '../database/database.ts'
import type { EstimateTable } from '../database/tables/estimates.ts'
import { toJson } from '../database/to-json.ts'
import { inChunks } from './in-chunks.ts'

const rowsPerStatement = 500

export function estimates(database: Database): EstimateStore {
  return {
    save: (fence, estimators) =>
      database.fenced(fence, async (queries) => {
        const last = [...new Map(estimators.map((one) => [one.estimate.hostId, one])).values()]
        for (const chunk of inChunks(last, rowsPerStatement)) {
          await saveLast(queries, chunk)
          await append(
            queries,
            chunk.map(({ estimate }) => estimate),
          )
        }
      }),
    loadAll: (sliceRows) => load(database, sliceRows),
    range: (hostId, fromMs, toMs) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('estimate')
          .selectAll()
          .where('host_id', '=', hostId)
          .where('at_ms', '>=', fromMs)
          .where('at_ms', '<', toMs)
          .orderBy('at_ms')
          .execute()
        return rows.map(toPoint)
      }),
    fleet: (cloudId, fromMs, toMs) =>
      database.read(async (queries) => {
        const { rows } = await sql<FleetRow>`
          select scope.at_ms, count(*)::float8 as hosts, count(*) filter (where scope.blind)::float8 as blind_hosts,
            ${fleetColumns('cores')}, ${fleetColumns('memory')}
          from estimate scope
          left join estimate before on before.host_id = scope.host_id and before.at_ms = scope.at_ms - scope.scope_ms
            and before.at_ms >= ${fromMs} and before.at_ms < ${toMs}
          where scope.at_ms >= ${fromMs} and scope.at_ms < ${toMs}
            and (${cloudId ?? null}::text is null or scope.cloud_id = ${cloudId ?? null})
          group by scope.at_ms order by scope.at_ms`.execute(queries)
        return rows.map((row) => ({
          atMs: row.at_ms,
          hosts: row.hosts,
          blindHosts: row.blind_hosts,
          cores: toFleet(row, 'cores'),
          memoryMiB: toFleet(row, 'memory'),
        }))
      }),
    forget: (fence, hostIds) =>
      database.fenced(fence, async (queries) => {
        for (const chunk of inChunks(hostIds, rowsPerStatement))
          await sql`delete from estimator where host_id = any(${chunk}::text[])`.execute(queries)
      }),
  }
}

async function saveLast(queries: Queries, chunk: readonly StoredEstimator[]): Promise<void> {
  const joined = Buffer.concat(chunk.map(({ state }) => state))
  const lengths = chunk.map(({ state }) => state.byteLength)
  let end = 0
  const starts = lengths.map((length) => (end += length) - length + 1)
  await sql`
    insert into estimator (host_id, cloud_id, estimate, state)
    select host_id, cloud_id, estimate, substring(${joined}::bytea from start for length)
    from unnest(${chunk.map(({ estimate }) => estimate.hostId)}::text[],
      ${chunk.map(({ estimate }) => estimate.cloudId)}::text[],
      ${chunk.map(({ estimate }) => toJson(estimate))}::json[], ${starts}::integer[], ${lengths}::integer[])
      as part (host_id, cloud_id, estimate, start, length)
    on conflict (host_id) do update set
      cloud_id = excluded.cloud_id, estimate = excluded.estimate, state = excluded.state`.execute(queries)
}

async function append(queries: Queries, chunk: readonly HostEstimate[]): Promise<void> {
  const column = <T>(of: (estimate: HostEstimate) => T) => chunk.map(of)
  const figures = (of: (estimate: HostEstimate) => PeakEstimate) => {
    const real = (figure: (peak: PeakEstimate) => number | undefined) =>
      sql`${chunk.map((estimate) => figure(of(estimate)) ?? null)}::real[]`
    return sql.join([
      real(({ capacity }) => capacity),
      real(({ booked }) => booked),
      real(({ mean }) => mean),
      real(({ peak }) => peak),
      real(({ estimate }) => estimate),
      real(({ violation }) => violation),
      real(({ confidence }) => confidence),
      real(({ ratioInForce }) => ratioInForce),
      real(({ ratioAim }) => ratioAim),
    ])
  }
  const names = sql.join(
    ['cores', 'memory'].flatMap((resource) => figureNames.map((name) => sql.ref(`${resource}_${name}`))),
  )
  // The same scope again, after a crash between two replicas: what was written first is what was acted upon.
  await sql`
    insert into estimate (host_id, at_ms, cloud_id, scope_ms, strategy, blind, ${names})
    select * from unnest(
      ${column(({ hostId }) => hostId)}::text[], ${column(({ atMs }) => atMs)}::float8[],
      ${column(({ cloudId }) => cloudId)}::text[], ${column(({ scopeMs }) => scopeMs)}::float8[],
      ${column(({ strategy }) => strategy)}::text[],
      ${column(({ atMs, measuredAtMs }) => measuredAtMs !== atMs)}::boolean[],
      ${figures(({ cores }) => cores)}, ${figures(({ memoryMiB }) => memoryMiB)})
    on conflict (host_id, at_ms) do nothing`.execute(queries)
}

const figureNames = [
  'capacity',
  'booked',
  'mean',
  'peak',
  'estimate',
  'violation',
  'confidence',
  'ratio',
  'aim',
] as const

function toPoint(row: Selectable<EstimateTable>): EstimatePoint {
  const figures = (resource: 'cores' | 'memory'): EstimateFigures => ({
    capacity: row[`${resource}_capacity`],
    booked: row[`${resource}_booked`],
    mean: row[`${resource}_mean`] ?? undefined,
    peak: row[`${resource}_peak`] ?? undefined,
    estimate: row[`${resource}_estimate`],
    violation: row[`${resource}_violation`],
    confidence: row[`${resource}_confidence`],
    ratioInForce: row[`${resource}_ratio`] ?? undefined,
    ratioAim: row[`${resource}_aim`] ?? undefined,
  })
  const { at_ms: atMs, scope_ms: scopeMs, strategy, blind } = row
  return { atMs, scopeMs, strategy, blind, cores: figures('cores'), memoryMiB: figures('memory') }
}

const fleetNames = ['capacity', 'booked', 'mean', 'peak', 'estimate', 'violated', 'violation'] as const

type FleetColumns = Readonly<Record<`${'cores' | 'memory'}_${(typeof fleetNames)[number]}`, number>> &
  Readonly<Record<`${'cores' | 'memory'}_expected`, number | null>>

interface FleetRow extends FleetColumns {
  readonly at_ms: number
  readonly hosts: number
  readonly blind_hosts: number
}

function fleetColumns(resource: 'cores' | 'memory') {
  const sum = (name: string) =>
    sql`coalesce(sum(${sql.ref(`scope.${resource}_${name}`)}::float8), 0) as ${sql.ref(`${resource}_${name}`)}`
  const violated = sql`count(*) filter (where ${sql.ref(`scope.${resource}_violation`)} > 0)::float8 as ${sql.ref(`${resource}_violated`)}`
  const [booked, bookedBefore] = [sql.ref(`scope.${resource}_booked`), sql.ref(`before.${resource}_booked`)]
  // As `expectedPeak` has it.
  const expected = sql`sum(${sql.ref(`before.${resource}_estimate`)}::float8 + greatest(0, ${booked}::float8 - ${bookedBefore}))
    as ${sql.ref(`${resource}_expected`)}`
  return sql.join([...fleetNames.filter((name) => name !== 'violated').map(sum), violated, expected])
}

function toFleet(row: FleetRow, resource: 'cores' | 'memory'): FleetFigures {
  return {
    capacity: row[`${resource}_capacity`],
    booked: row[`${resource}_booked`],
    mean: row[`${resource}_mean`],
    peak: row[`${resource}_peak`],
    estimate: row[`${resource}_estimate`],
    expected: row[`${resource}_expected`] ?? undefined,
    violatedHosts: row[`${resource}_violated`],
    violation: row[`${resource}_violation`],
  }
}

async function* load(database: Database, sliceRows: number): AsyncGenerator<readonly StoredEstimator[]> {
  const client = await database.connect('estimates', 'unlimited')
  try {
    const query = 'select estimate, state from estimator order by host_id'
    // Neither column can be null.
    for await (const rows of copyOut(client, query, { sliceRows, lasting: true }))
      yield rows.map(([document, state]) => ({
        estimate: toEstimate(Buffer.from(document as Uint8Array).toString('utf8')),
        state: state as Uint8Array,
      }))
  } finally {
    await client.end().catch(() => {})
  }
}

/** JSON leaves out what is undefined; it comes back as such. */
function toEstimate(json: string): HostEstimate {
  const stored = JSON.parse(json) as HostEstimate
  const whole = ({ mean, peak, ratioInForce, ratioAim, ...rest }: PeakEstimate): PeakEstimate => ({
    ...rest,
    mean,
    peak,
    ratioInForce,
    ratioAim,
  })
  return {
    ...stored,
    measuredAtMs: stored.measuredAtMs,
    cores: whole(stored.cores),
    memoryMiB: whole(stored.memoryMiB),
  }
}
