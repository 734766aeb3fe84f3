// Energy by the hour. A batch is added in one transaction together with its id, so that one that is sent again, because
// nobody knows whether it was written, is not counted twice. Written a column at a time: a large cloud has a hundred thousand
// tenants. What it comes to in CO2 and money is worked out by the database, hour by hour, from the factors of its time.
import { type HostEnergy, joulesPerKWh, type TenantEnergy, type TenantHour, type TenantHourKey } from '@gleaner/model'
import type { EnergyFactor, EnergyFilter, EnergyGrouping, EnergyStore, EnergySum } from '@gleaner/ports'
import { sql } from 'kysely'
import type { Database, Queries } from '../database/database.ts'
import { inChunks } from './in-chunks.ts'

const rowsPerStatement = 5000

export function energy(database: Database): EnergyStore {
  return {
    add: (fence, { id, hosts, tenants }) =>
      database.fenced(fence, async (queries) => {
        if (!(await isNew(queries, fence.scope, id))) return
        for (const chunk of inChunks(hosts, rowsPerStatement)) await addHosts(queries, chunk)
        for (const chunk of inChunks(tenants, rowsPerStatement)) await addTenants(queries, chunk)
      }),
    sums: (by, filter, factors) =>
      database.read(async (queries) => {
        const { rows } = await sumsOf(by, filter, factors).execute(queries)
        return rows.map(toSum)
      }),
    hours: (filter) =>
      database.read(async (queries) => {
        const { rows } = await sql<{ at_ms: number; energy_j: number; estimated_j: number }>`
          select at_ms, sum(idle_j + dynamic_j) as energy_j, sum(estimated_j) as estimated_j
          from tenant_energy where ${matching(filter)} group by at_ms order by at_ms`.execute(queries)
        return rows.map((row) => ({ atMs: row.at_ms, energyJ: row.energy_j, estimatedJ: row.estimated_j }))
      }),
    tenantHours: (asked) =>
      database.read(async (queries) => {
        const found: TenantHour[] = []
        for (const chunk of inChunks(asked, rowsPerStatement)) found.push(...(await tenantHours(queries, chunk)))
        return found
      }),
    metered: ({ fromMs, toMs }) =>
      database.read(async (queries) => {
        const { rows } = await sql<{ host_id: string; measured_ms: number; bridged_j: number }>`
          select host_id, sum(measured_ms) as measured_ms, sum(bridged_j) as bridged_j
          from host_energy where at_ms >= ${fromMs} and at_ms < ${toMs} group by host_id`.execute(queries)
        return rows.map((row) => ({
          hostId: row.host_id as HostEnergy['hostId'],
          measuredMs: row.measured_ms,
          bridgedJ: row.bridged_j,
        }))
      }),
    hosts: ({ fromMs, toMs, hostId }) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('host_energy')
          .selectAll()
          .where('at_ms', '>=', fromMs)
          .where('at_ms', '<', toMs)
          .$if(hostId !== undefined, (query) => query.where('host_id', '=', hostId ?? ''))
          .orderBy('at_ms')
          .orderBy('host_id')
          .execute()
        return rows.map(
          (row): HostEnergy => ({
            hostId: row.host_id as HostEnergy['hostId'],
            cloudId: row.cloud_id as HostEnergy['cloudId'],
            atMs: row.at_ms,
            energyJ: row.energy_j,
            estimatedJ: row.estimated_j,
            bridgedJ: row.bridged_j,
            measuredMs: row.measured_ms,
          }),
        )
      }),
  }
}

/** Takes note of the batch; false when it is the last one that was added. */
async function isNew(queries: Queries, scope: string, id: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into energy_batch (scope, id) values (${scope}, ${id})
    on conflict (scope) do update set id = excluded.id where energy_batch.id <> excluded.id`.execute(queries)
  return numAffectedRows === 1n
}

async function addHosts(queries: Queries, chunk: readonly HostEnergy[]): Promise<void> {
  await sql`
    insert into host_energy as kept (host_id, at_ms, cloud_id, energy_j, estimated_j, bridged_j, measured_ms)
    select * from unnest(
      ${chunk.map(({ hostId }) => hostId)}::text[], ${chunk.map(({ atMs }) => atMs)}::float8[],
      ${chunk.map(({ cloudId }) => cloudId)}::text[], ${chunk.map(({ energyJ }) => energyJ)}::float8[],
      ${chunk.map(({ estimatedJ }) => estimatedJ)}::float8[], ${chunk.map(({ bridgedJ }) => bridgedJ)}::float8[],
      ${chunk.map(({ measuredMs }) => measuredMs)}::float8[])
    on conflict (host_id, at_ms) do update set
      energy_j = kept.energy_j + excluded.energy_j,
      estimated_j = kept.estimated_j + excluded.estimated_j,
      bridged_j = kept.bridged_j + excluded.bridged_j,
      measured_ms = kept.measured_ms + excluded.measured_ms`.execute(queries)
}

async function addTenants(queries: Queries, chunk: readonly TenantEnergy[]): Promise<void> {
  await sql`
    insert into tenant_energy as kept
      (at_ms, host_id, cloud_id, instance_id, project_id, idle_j, dynamic_j, estimated_j)
    select * from unnest(
      ${chunk.map(({ atMs }) => atMs)}::float8[], ${chunk.map(({ hostId }) => hostId)}::text[],
      ${chunk.map(({ cloudId }) => cloudId)}::text[], ${chunk.map(({ instanceId }) => instanceId ?? '')}::text[],
      ${chunk.map(({ projectId }) => projectId ?? '')}::text[], ${chunk.map(({ idleJ }) => idleJ)}::float8[],
      ${chunk.map(({ dynamicJ }) => dynamicJ)}::float8[], ${chunk.map(({ estimatedJ }) => estimatedJ)}::float8[])
    on conflict (at_ms, host_id, instance_id, project_id) do update set
      idle_j = kept.idle_j + excluded.idle_j,
      dynamic_j = kept.dynamic_j + excluded.dynamic_j,
      estimated_j = kept.estimated_j + excluded.estimated_j`.execute(queries)
}

/** By the keys of both tables: many of an hour are not read for one of them. An instance that changed its project has several lines. */
async function tenantHours(queries: Queries, asked: readonly TenantHourKey[]): Promise<readonly TenantHour[]> {
  const { rows } = await sql<{
    instance_id: string
    host_id: string
    at_ms: number
    dynamic_j: number
    measured_ms: number
  }>`
    select asked.instance_id, asked.host_id, asked.at_ms, sum(dynamic_j) as dynamic_j, max(measured_ms) as measured_ms
    from unnest(
        ${asked.map(({ instanceId }) => instanceId)}::text[], ${asked.map(({ hostId }) => hostId)}::text[],
        ${asked.map(({ atMs }) => atMs)}::float8[]) as asked (instance_id, host_id, at_ms)
      join tenant_energy as tenant on tenant.at_ms = asked.at_ms and tenant.host_id = asked.host_id
        and tenant.instance_id = asked.instance_id
      join host_energy as host on host.host_id = asked.host_id and host.at_ms = asked.at_ms
    group by asked.instance_id, asked.host_id, asked.at_ms`.execute(queries)
  return rows.map((row) => ({
    instanceId: row.instance_id as TenantHour['instanceId'],
    hostId: row.host_id as TenantHour['hostId'],
    atMs: row.at_ms,
    dynamicJ: row.dynamic_j,
    measuredMs: row.measured_ms,
  }))
}

interface SumRow {
  readonly id: string
  readonly project_id: string
  readonly idle_j: number
  readonly dynamic_j: number
  readonly estimated_j: number
  readonly grams: number | null
  readonly cost: number | null
  readonly first_at_ms: number
  readonly last_at_ms: number
}

const idColumn = { host: 'host_id', project: 'project_id', instance: 'instance_id' } as const

function sumsOf(by: EnergyGrouping, filter: EnergyFilter, factors: readonly EnergyFactor[]) {
  const id = sql.ref(idColumn[by])
  const project = by === 'instance' ? sql`max(project_id)` : sql`''`
  // A sum leaves out what is not known; one that is not known in part is not known.
  const amount = (factor: string) => {
    const each = sql.ref(factor)
    return sql`case when count(${each}) = count(*)
      then sum((idle_j + dynamic_j) * ${each}) / ${joulesPerKWh}::float8 end`
  }
  return sql<SumRow>`
    select ${id} as id, ${project} as project_id, sum(idle_j) as idle_j, sum(dynamic_j) as dynamic_j,
      sum(estimated_j) as estimated_j, ${amount('grams_per_kwh')} as grams, ${amount('price_per_kwh')} as cost,
      min(at_ms) as first_at_ms, max(at_ms) as last_at_ms
    from tenant_energy left join unnest(
        ${factors.map(({ fromMs }) => fromMs)}::float8[], ${factors.map(({ toMs }) => toMs)}::float8[],
        ${factors.map(({ gramsPerKWh }) => gramsPerKWh ?? null)}::float8[],
        ${factors.map(({ pricePerKWh }) => pricePerKWh ?? null)}::float8[])
      as factor (from_ms, to_ms, grams_per_kwh, price_per_kwh) on at_ms >= from_ms and at_ms < to_ms
    where ${matching(filter)}
    group by ${id}
    order by sum(idle_j + dynamic_j) desc, id`
}

function matching({ fromMs, toMs, hostId, projectIds }: EnergyFilter) {
  return sql.join(
    [
      sql`at_ms >= ${fromMs} and at_ms < ${toMs}`,
      ...(hostId === undefined ? [] : [sql`host_id = ${hostId}`]),
      ...(projectIds === undefined ? [] : [sql`project_id = any(${projectIds}::text[])`]),
    ],
    sql` and `,
  )
}

function toSum(row: SumRow): EnergySum {
  return {
    id: row.id === '' ? undefined : row.id,
    projectId: row.project_id === '' ? undefined : row.project_id,
    idleJ: row.idle_j,
    dynamicJ: row.dynamic_j,
    estimatedJ: row.estimated_j,
    grams: row.grams ?? undefined,
    cost: row.cost ?? undefined,
    firstAtMs: row.first_at_ms,
    lastAtMs: row.last_at_ms,
  }
}
