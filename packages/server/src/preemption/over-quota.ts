// Whether a preemptible request would take its project beyond what it may have of preemptible capacity.
import { ofProject, type RoomWorld } from '@gleaner/engine'
import type { RoomWish, Verdict } from '@gleaner/model'

export function overQuota(
  wish: RoomWish,
  { snapshot, preemption }: Pick<RoomWorld, 'snapshot' | 'preemption'>,
): Verdict | undefined {
  if (wish.firmness !== 'preemptible') return undefined
  const name = snapshot.projectById.get(wish.projectId)?.name ?? wish.projectId
  const quota = ofProject(preemption.quotaOfProject, { id: wish.projectId, name }) ?? preemption.quota
  const has = { instances: 0, vcpus: 0, memoryMiB: 0 }
  for (const instance of snapshot.instancesOfProject.get(wish.projectId) ?? []) {
    if (instance.firmness !== 'preemptible') continue
    has.instances++
    has.vcpus += instance.vcpus
    has.memoryMiB += instance.memoryMiB
  }
  const asks = { instances: wish.count, vcpus: wish.count * wish.vcpus, memoryMiB: wish.count * wish.memoryMiB }
  for (const what of ['instances', 'vcpus', 'memoryMiB'] as const) {
    if (has[what] + asks[what] <= quota[what]) continue
    return {
      code: 'quota-preemptible',
      sentence: `${name} has ${has[what]} preemptible ${what} and may have ${quota[what]}; ${asks[what]} more are asked for.`,
      facts: { has: has[what], asks: asks[what], quota: quota[what], what },
    }
  }
  return undefined
}
