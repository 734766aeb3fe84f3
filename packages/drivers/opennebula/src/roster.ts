// What is remembered of the last reading: the ids, to cut the next one into pages, and of each instance and host what its
// monitoring figures are measured against. A later look at one instance replaces what is remembered of it.
import type { InstanceId } from '@gleaner/model'
import { nativeOf } from '@gleaner/model'
import type { HostRow } from './parse/host-document.ts'
import type { IdleReport } from './parse/idle-report.ts'
import type { VmRow } from './parse/vm-document.ts'
import { instanceState, stateName } from './states.ts'
import type { HostSize, RosterEntry } from './usage-meter.ts'

interface Known extends RosterEntry {
  readonly word: string
  readonly hostId: number
}

export class Roster {
  #instances = new Map<number, Known>()
  #hosts = new Map<number, HostSize>()
  #reports: readonly IdleReport[] = []
  #knownIds: Set<number> | undefined

  get isEmpty(): boolean {
    return this.#knownIds === undefined
  }

  get instances(): ReadonlyMap<number, RosterEntry> {
    return this.#instances
  }

  get hosts(): ReadonlyMap<number, HostSize> {
    return this.#hosts
  }

  get reports(): readonly IdleReport[] {
    return this.#reports
  }

  get knownIds(): ReadonlySet<number> | undefined {
    return this.#knownIds
  }

  fill(vms: readonly VmRow[], hosts: readonly HostRow[], { isWhole }: { readonly isWhole: boolean }): void {
    const before = this.#knownIds
    this.#instances = new Map(vms.map((row) => [row.id, knownOf(row)]))
    this.#hosts = new Map(
      hosts.map(({ id, totalCpu, totalMemoryKiB }) => [
        id,
        { cores: totalCpu / 100, memoryMiB: totalMemoryKiB / 1024 },
      ]),
    )
    this.#reports = hosts.flatMap(({ idle }) => idle)
    this.#knownIds = new Set(this.#instances.keys())
    // What was not read now may still be there, and then takes its place in a page.
    if (!isWhole) for (const id of before ?? []) this.#knownIds.add(id)
  }

  /** Whether the instance is in another state or place than when it was last seen. */
  see(id: InstanceId, row: VmRow): boolean {
    const now = knownOf(row)
    const before = this.#instances.get(row.id)
    this.#instances.set(Number(nativeOf(id)), now)
    return before === undefined || before.word !== now.word || before.hostId !== now.hostId
  }

  /** Whether it was known. */
  forget(id: InstanceId): boolean {
    return this.#instances.delete(Number(nativeOf(id)))
  }
}

function knownOf(row: VmRow): Known {
  return {
    isRunning: instanceState(row) === 'running',
    vcpus: row.vcpus,
    memoryMiB: row.memoryMiB,
    life: row.history?.runningSinceS ?? 0,
    word: stateName(row),
    hostId: row.history?.hostId ?? -1,
  }
}
