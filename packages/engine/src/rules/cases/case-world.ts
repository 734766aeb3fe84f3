// The small world that a case describes: one instance with its host, project, usage and past, in the same tables and windows
// as the real one, so that a case answers as the loop would.
import {
  type CloudSnapshot,
  type Host,
  type Instance,
  type InstanceId,
  type RuleCase,
  cloudId,
  hostId,
  instanceId,
  metrics,
  parseDurationMs,
  projectId,
} from '@gleaner/model'
import { TelemetryWindows } from '../../telemetry/telemetry-windows.ts'
import { parseTimestampMs } from '../calendar.ts'
import type { ExplainInput } from '../explain-rule.ts'
import type { HistoryAccess } from '../history-access.ts'
import { buildInstanceTable } from '../instance-table.ts'
import { parseCourse, longestPastMs } from './parse-course.ts'

/** Monday, 5 January 2026, 12:00 UTC: when a case does not say when it is. */
export const defaultCaseMs = 1_767_614_400_000

const stepMs = 60_000
const daysMs = (days: number) => days * 86_400_000

/** The instance is the first of the table. Throws where a text of the case has not been checked before. */
export function caseWorld(given: RuleCase): ExplainInput {
  const nowMs = (given.at === undefined ? undefined : parseTimestampMs(given.at)) ?? defaultCaseMs
  const instance = caseInstance(given, nowMs)
  const neighbours = Array.from({ length: (given.host?.instances ?? 1) - 1 }, (_, nth): Instance => {
    const name = `neighbour-${nth + 1}`
    return { ...instance, id: instanceId(instance.cloudId, name), name }
  })
  const snapshot: Pick<CloudSnapshot, 'hosts' | 'instances' | 'projects'> = {
    hosts: [caseHost(given, instance)],
    instances: [instance, ...neighbours],
    projects: [{ id: instance.projectId, cloudId: instance.cloudId, name: given.project ?? 'project' }],
  }
  const telemetry = caseTelemetry(given, instance.id, nowMs)
  return { table: buildInstanceTable([snapshot], telemetry), telemetry, history: caseHistory(given, nowMs), nowMs }
}

function caseInstance({ instance = {}, project = 'project', host = {} }: RuleCase, nowMs: number): Instance {
  const cloud = cloudId(instance.cloud ?? 'lab')
  const name = instance.name ?? 'instance'
  const createdAtMs = nowMs - (lengthOf(instance.age) ?? daysMs(30))
  const stateFor = lengthOf(instance.stateFor)
  return {
    id: instanceId(cloud, name),
    cloudId: cloud,
    name,
    projectId: projectId(cloud, project),
    hostId: hostId(cloud, host.name ?? 'host'),
    flavor: instance.flavor,
    state: instance.state ?? 'running',
    stateSinceMs: stateFor === undefined ? createdAtMs : nowMs - stateFor,
    vcpus: instance.vcpus ?? 2,
    memoryMiB: instance.memoryMiB ?? 4096,
    diskGiB: instance.diskGiB ?? 20,
    createdAtMs,
    firmness: instance.preemptible === true ? 'preemptible' : 'firm',
    tags: instance.tags ?? [],
    protectedBy: instance.protected === true ? 'the case' : undefined,
  }
}

function caseHost({ host = {} }: RuleCase, instance: Instance): Host {
  const name = host.name ?? 'host'
  return {
    id: hostId(instance.cloudId, name),
    cloudId: instance.cloudId,
    name,
    kind: host.kind ?? 'hypervisor',
    state: host.state ?? 'up',
    cores: host.cores ?? 16,
    memoryMiB: host.memoryMiB ?? 65_536,
    diskGiB: host.diskGiB ?? 1000,
    reservedCores: 0,
    reservedMemoryMiB: 0,
    coreRatio: undefined,
    memoryRatio: undefined,
    idlePowerW: undefined,
    fullPowerW: undefined,
  }
}

/** One sample a minute, the newest a minute before now. */
function caseTelemetry({ usage = {} }: RuleCase, id: InstanceId, nowMs: number): TelemetryWindows {
  const windows = new TelemetryWindows({ stepMs, maxSubjects: 1 })
  const courses = metrics.map((metric) => backwards(usage[metric]))
  const longest = Math.max(0, ...courses.map((course) => course.length))
  const slot = windows.add(id)
  const width = metrics.length
  const values = new Float64Array(width)
  for (let back = longest; back >= 1; back--) {
    for (let metric = 0; metric < width; metric++) values[metric] = courses[metric]?.[back - 1] ?? Number.NaN
    const atMs = nowMs - back * stepMs
    windows.ingest({ slots: Int32Array.of(slot), atMs: Float64Array.of(atMs), values }, atMs)
  }
  return windows
}

/** Values by minutes before now, the newest first. */
function backwards(course: number | string | undefined): Float64Array {
  if (course === undefined) return new Float64Array(0)
  const stretches = parseCourse(course)
  if (typeof stretches === 'string') throw new RangeError(stretches)
  const lengthMs = stretches.reduce((sum, stretch) => sum + stretch.lengthMs, 0)
  const values = new Float64Array(Math.floor(Math.min(lengthMs, longestPastMs) / stepMs)).fill(Number.NaN)
  let endMs = 0
  for (const { value, lengthMs: length } of stretches.toReversed()) {
    const from = Math.ceil(endMs / stepMs)
    endMs += length
    values.fill(value, from, Math.ceil(endMs / stepMs))
  }
  return values
}

function caseHistory({ past = {} }: RuleCase, nowMs: number): HistoryAccess {
  const actions = (past.actions ?? []).map(({ action, ago }) => ({ action, atMs: nowMs - (lengthOf(ago) ?? 0) }))
  const latest = (times: readonly number[]) => Math.max(Number.NEGATIVE_INFINITY, ...times)
  const given = lengthOf(past.resumedAgo)
  return {
    lastActionAtMs: (_id, kind) => latest(actions.flatMap(({ action, atMs }) => (action === kind ? [atMs] : []))),
    actionCount: (_id, kind, span) =>
      actions.filter(({ action, atMs }) => action === kind && atMs >= span.fromMs && atMs < span.toMs).length,
    lastResumedAtMs: () =>
      latest([
        ...actions.flatMap(({ action, atMs }) => (action === 'resume' || action === 'start' ? [atMs] : [])),
        ...(given === undefined ? [] : [nowMs - given]),
      ]),
    isReclaimed: () => past.reclaimed ?? false,
  }
}

const lengthOf = (text: string | undefined) => (text === undefined ? undefined : parseDurationMs(text))
