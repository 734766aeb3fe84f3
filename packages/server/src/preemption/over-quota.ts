// The quota of preemptible capacity of a project: what counts against it, whether a request would go beyond it, and who is
// beyond it already.
//
// Every preemptible instance of the project that the reading shows counts, whoever made it and by whatever way, running or
// not: one that is stopped may be started. So does one that was evicted by deleting it and waits to be made anew, and one that
// was asked for by way of Gleaner and is in no reading yet. What is
// beyond the quota is told and not taken back: a quota is no need of anybody's, and nobody leaves in vain. The next request
// is refused.
import { ofProject, type RoomWorld } from '@gleaner/engine'
import { endsInstance, type PreemptibleQuota, type ProjectId, type RoomWish, type Verdict } from '@gleaner/model'
import type { UnreadCreate } from './unread-creates.ts'

interface QuotaWorld extends Pick<RoomWorld, 'snapshot' | 'preemption' | 'evictions'> {
  readonly unread?: readonly UnreadCreate[]
}

export function overQuota(wish: RoomWish, world: QuotaWorld): Verdict | undefined {
  if (wish.firmness !== 'preemptible') return undefined
  const { name, quota, has } = standing(wish.projectId, world)
  const asks = { instances: wish.count, vcpus: wish.count * wish.vcpus, memoryMiB: wish.count * wish.memoryMiB }
  const what = quantities.find((each) => has[each] + asks[each] > quota[each])
  if (what === undefined) return undefined
  return {
    code: 'quota-preemptible',
    sentence: `${name} has ${has[what]} preemptible ${what} and may have ${quota[what]}; ${asks[what]} more are asked for.`,
    facts: { has: has[what], asks: asks[what], quota: quota[what], what },
  }
}

export interface QuotaExcess {
  readonly projectId: ProjectId
  readonly sentence: string
}

/** Projects that have more than they may, whatever way it came there. */
export function beyondQuota(world: QuotaWorld): readonly QuotaExcess[] {
  const projects = new Set(world.snapshot.projects.map(({ id }) => id))
  for (const { projectId, firmness } of world.snapshot.instances)
    if (firmness === 'preemptible') projects.add(projectId)
  return [...projects].flatMap((projectId): QuotaExcess[] => {
    const { name, quota, has } = standing(projectId, world)
    const over = quantities.filter((what) => has[what] > quota[what])
    if (over.length === 0) return []
    const words = over.map((what) => `${has[what]} preemptible ${what} where ${quota[what]} are allowed`)
    return [{ projectId, sentence: `${name} has ${words.join(' and ')}.` }]
  })
}

/** Whether any quota could be exceeded at all. */
export function hasQuota({ quota, quotaOfProject }: QuotaWorld['preemption']): boolean {
  return [quota, ...Object.values(quotaOfProject)].some((each) =>
    quantities.some((what) => Number.isFinite(each[what])),
  )
}

const quantities = ['instances', 'vcpus', 'memoryMiB'] as const

interface Standing {
  readonly name: string
  readonly quota: PreemptibleQuota
  readonly has: PreemptibleQuota
}

function standing(projectId: ProjectId, { snapshot, preemption, evictions, unread = [] }: QuotaWorld): Standing {
  const name = snapshot.projectById.get(projectId)?.name ?? projectId
  const quota = ofProject(preemption.quotaOfProject, { id: projectId, name }) ?? preemption.quota
  const there = (snapshot.instancesOfProject.get(projectId) ?? []).filter(({ firmness }) => firmness === 'preemptible')
  const toCome = evictions.filter(
    ({ projectId: of, action, state, returnedAs }) =>
      of === projectId &&
      endsInstance(action) &&
      returnedAs === undefined &&
      (state === 'waiting' || state === 'returning'),
  )
  const has = { instances: 0, vcpus: 0, memoryMiB: 0 }
  for (const { vcpus, memoryMiB } of [...there, ...toCome]) {
    has.instances++
    has.vcpus += vcpus
    has.memoryMiB += memoryMiB
  }
  for (const { projectId: of, count, vcpus, memoryMiB } of unread) {
    if (of !== projectId) continue
    has.instances += count
    has.vcpus += count * vcpus
    has.memoryMiB += count * memoryMiB
  }
  return { name, quota, has }
}
