// A snapshot: one reading of one cloud, checked, frozen and indexed. Every decision of a cycle is made from snapshots and
// never from what a driver holds. It is complete when and only when it has no gaps.
import type { CloudId, CloudSnapshot, Host, HostId, Instance, InstanceId, Project, ProjectId } from '@gleaner/model'

export interface Snapshot extends CloudSnapshot {
  readonly hostById: ReadonlyMap<HostId, Host>
  readonly instanceById: ReadonlyMap<InstanceId, Instance>
  readonly projectById: ReadonlyMap<ProjectId, Project>
  /** A host without instances has no entry. */
  readonly instancesOfHost: ReadonlyMap<HostId, readonly Instance[]>
  readonly instancesOfProject: ReadonlyMap<ProjectId, readonly Instance[]>
}

/** Which reading it is. `version` grows with every reading of that cloud; `takenAtMs` is when the reading began. */
export interface ReadingStamp {
  readonly cloudId: CloudId
  readonly version: number
  readonly takenAtMs: number
}

export type Snapshots = ReadonlyMap<CloudId, Snapshot>

export function isComplete(snapshot: CloudSnapshot): boolean {
  return snapshot.gaps.length === 0
}
