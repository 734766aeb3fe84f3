// An instance as the API shows it: what the cloud says, what was last measured, what will happen to it next.
import { type Hold, type Instance, type InstanceView, type TargetKey, targetKey } from '@gleaner/model'
import type { Application } from '../../application.ts'
import { nextView } from './next-view.ts'
import { only } from './only.ts'
import { timeText } from './time-text.ts'
import type { WorldIndex } from './world-index.ts'

type Shown = Pick<Application, 'state' | 'usage' | 'clock'>

export function instanceView(instance: Instance, world: WorldIndex, app: Shown): InstanceView {
  const { usage, state } = app
  const { id } = instance
  const sampledAtMs = usage.sampledAtMs(id)
  const heldUntilMs = heldUntil(state.holds, id, app.clock.nowMs())
  return {
    id,
    name: instance.name,
    cloud: instance.cloudId,
    project: world.projectName(instance.projectId),
    ...only('host', world.hostName(instance.hostId)),
    ...only('flavor', instance.flavor),
    state: instance.state,
    ...only('since', instance.stateSinceMs === undefined ? undefined : timeText(instance.stateSinceMs)),
    vcpus: instance.vcpus,
    memoryMiB: instance.memoryMiB,
    diskGiB: instance.diskGiB,
    ...only('createdAt', instance.createdAtMs === undefined ? undefined : timeText(instance.createdAtMs)),
    firmness: instance.firmness,
    tags: [...instance.tags],
    ...only('protectedBy', instance.protectedBy),
    ...only('cpuCores', usage.latest(id, 'cpu')),
    ...only('usedMemoryMiB', usage.latest(id, 'memory')),
    ...only('networkRxBytesPerS', usage.latest(id, 'networkRx')),
    ...only('networkTxBytesPerS', usage.latest(id, 'networkTx')),
    ...only('diskBytesPerS', usage.latest(id, 'disk')),
    ...only('users', usage.latest(id, 'users')),
    ...only('guestIdleS', usage.latest(id, 'idle')),
    ...only('sampledAt', Number.isNaN(sampledAtMs) ? undefined : timeText(sampledAtMs)),
    ...only('idleForS', usage.idleForMs(id) / 1000),
    ...only('next', nextView(state.proposals.get(id))),
    ...only('heldUntil', heldUntilMs === undefined ? undefined : timeText(heldUntilMs)),
  }
}

/** The holds of one array by what they are about, built once per array: the state replaces the array when a hold changes. */
const holdIndex = new WeakMap<readonly Hold[], ReadonlyMap<TargetKey, readonly Hold[]>>()

export function holdsOf(holds: readonly Hold[], key: TargetKey): readonly Hold[] {
  let index = holdIndex.get(holds)
  if (index === undefined) {
    const built = new Map<TargetKey, Hold[]>()
    for (const hold of holds) {
      const of = targetKey(hold)
      const list = built.get(of)
      if (list === undefined) built.set(of, [hold])
      else list.push(hold)
    }
    holdIndex.set(holds, (index = built))
  }
  return index.get(key) ?? []
}

function heldUntil(holds: readonly Hold[], id: TargetKey, nowMs: number): number | undefined {
  let untilMs: number | undefined
  for (const hold of holdsOf(holds, id))
    if (hold.untilMs > nowMs && (untilMs === undefined || hold.untilMs > untilMs)) untilMs = hold.untilMs
  return untilMs
}
