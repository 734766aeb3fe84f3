// The terms a preemptible instance runs under: how long before it is told, how important it is, how long it has run.
import type { Instance, PreemptionPolicy, Project } from '@gleaner/model'

const priorityTag = /^gleaner-priority=(-?\d{1,9})$/

/** The longest notice that project or flavor ask for; the general one where neither does. */
export function noticeMsOf(
  { flavor }: Pick<Instance, 'flavor'>,
  project: Pick<Project, 'id' | 'name'>,
  policy: PreemptionPolicy,
): number {
  const own = [
    ofProject(policy.noticeMsOfProject, project),
    flavor === undefined ? undefined : policy.noticeMsOfFlavor[flavor],
  ].filter((noticeMs) => noticeMs !== undefined)
  return own.length === 0 ? policy.noticeMs : Math.max(...own)
}

/** The instance's own tag, else that of its project, else 0. Of several tags the highest counts. */
export function priorityOf(
  { tags }: Pick<Instance, 'tags'>,
  project: Pick<Project, 'id' | 'name'>,
  policy: PreemptionPolicy,
): number {
  const tagged = tags.map((tag) => priorityTag.exec(tag)?.[1]).filter((text) => text !== undefined)
  if (tagged.length > 0) return Math.max(...tagged.map(Number))
  return ofProject(policy.priorityOfProject, project) ?? 0
}

/** What is set for a project under its id or its name. */
export function ofProject<T>(
  table: Readonly<Record<string, T>>,
  { id, name }: Pick<Project, 'id' | 'name'>,
): T | undefined {
  return Object.hasOwn(table, id) ? table[id] : Object.hasOwn(table, name) ? table[name] : undefined
}

/**
 * How long it has been running. The state's beginning where it runs, else its creation; of what the cloud does not tell, or
 * tells to lie in the future (its clock is ahead), it has just begun: doubt keeps it.
 */
export function runMsOf(instance: Pick<Instance, 'state' | 'stateSinceMs' | 'createdAtMs'>, nowMs: number): number {
  const sinceMs = instance.state === 'running' ? (instance.stateSinceMs ?? instance.createdAtMs) : instance.createdAtMs
  return sinceMs === undefined || !Number.isFinite(sinceMs) ? 0 : Math.max(0, nowMs - sinceMs)
}
