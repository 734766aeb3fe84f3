// What agents of hosts have heard from guests, as samples. Guaranteed: an agent speaks only for instances that its cloud has on the host
// the agent joined for; where a name could mean two hosts, two agents or two instances, it speaks for none. What the cloud itself tells
// of being idle stands, and of two counts of users the larger one. A report counts for three of the guest's own periods.
import type { Snapshot } from '@gleaner/engine'
import { matchDesktops } from '@gleaner/engine'
import {
  type Desktop,
  type HeardReport,
  type Host,
  type Instance,
  metrics,
  nativeOf,
  type SampleBatch,
  type ToldReport,
} from '@gleaner/model'

const freshPeriods = 3
const shortestFreshMs = 10_000
/** A guest that says its period is a day does not stay idle for three of them. */
const longestFreshMs = 15 * 60_000

export interface HostReports {
  readonly desktop: Desktop
  readonly reports: readonly HeardReport[]
}

/** On the clock of whoever takes it, which may run faster than that of the agent. */
export function heardReport(told: ToldReport, nowMs: number, speed: number): HeardReport {
  const freshMs = Math.min(longestFreshMs, Math.max(shortestFreshMs, freshPeriods * told.everyMs))
  return {
    instance: told.instance,
    atMs: nowMs - told.agoMs * speed,
    freshUntilMs: nowMs + (freshMs - told.agoMs) * speed,
    users: told.users,
    idleS: told.idleMs / 1000,
  }
}

export function withAgentReports(
  batch: SampleBatch,
  snapshot: Pick<Snapshot, 'hosts' | 'instancesOfHost'>,
  told: readonly HostReports[],
): SampleBatch {
  const reports = reportsOf(snapshot, told)
  if (reports.size === 0) return batch
  const rowOf = new Map(batch.subjects.map((subject, row) => [subject, row]))
  const added = [...reports.keys()].filter((id) => !rowOf.has(id))
  const subjects = [...batch.subjects, ...added]
  const values = new Float64Array(subjects.length * metrics.length).fill(Number.NaN)
  values.set(batch.values)
  const atMs = new Float64Array(subjects.length)
  atMs.set(batch.atMs)
  for (const [index, id] of added.entries()) rowOf.set(id, batch.subjects.length + index)
  for (const [id, report] of reports) {
    const row = rowOf.get(id) ?? 0
    if (row >= batch.subjects.length) atMs[row] = report.atMs
    const users = row * metrics.length + metrics.indexOf('users')
    const idle = row * metrics.length + metrics.indexOf('idle')
    values[users] = Math.max(report.users, values[users] || 0)
    if (Number.isNaN(values[idle])) values[idle] = report.idleS
  }
  return { subjects, atMs, values }
}

function reportsOf(
  { hosts, instancesOfHost }: Pick<Snapshot, 'hosts' | 'instancesOfHost'>,
  told: readonly HostReports[],
): ReadonlyMap<string, HeardReport> {
  const found = new Map<string, HeardReport>()
  if (told.length === 0) return found
  const speakers = matchDesktops(
    told.map(({ desktop }) => desktop),
    hosts,
  )
  const said = new Map(told.map(({ desktop, reports }) => [desktop.id, reports]))
  for (const host of hosts) {
    const speaker = speakers.get(host.id)
    if (speaker === undefined) continue
    const here = instancesHere(host, instancesOfHost)
    for (const report of said.get(speaker.id) ?? []) {
      const instance = here.get(report.instance)
      if (instance?.state === 'running') found.set(instance.id, report)
    }
  }
  return found
}

/** By id and by name; undefined for a name that two of them have. */
function instancesHere(
  { id }: Host,
  instancesOfHost: Snapshot['instancesOfHost'],
): ReadonlyMap<string, Instance | undefined> {
  const instances = instancesOfHost.get(id) ?? []
  const byName = new Map<string, Instance | undefined>()
  for (const instance of instances) byName.set(instance.name, byName.has(instance.name) ? undefined : instance)
  // An id is nobody else's, whatever somebody calls his instance.
  return new Map([...byName, ...instances.map((instance) => [nativeOf(instance.id), instance] as const)])
}
