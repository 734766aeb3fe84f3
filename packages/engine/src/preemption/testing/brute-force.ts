// The best plan by trying every set of victims there is: slow, obvious, and written without a look at how the engine does
// it. What tests compare the engine with.
import type { Objective, PlacementHost, PlacementRequest } from '@gleaner/model'

export interface BestPlan {
  readonly feasible: boolean
  /** Loss of the best set: highest priority first [priority, cost, victims]. Empty when nobody leaves. */
  readonly loss: readonly (readonly [number, number, number])[]
}

interface Candidate {
  readonly host: number
  readonly vcpus: number
  readonly ramMiB: number
  readonly diskGiB: number
  readonly priority: number
  readonly cost: number
}

export function bruteForce(
  hosts: readonly PlacementHost[],
  request: PlacementRequest,
  by: { readonly objective: Objective; readonly minimumRunS: number },
): BestPlan {
  const usable = hosts.map((host) => (host.state ?? 'up') === 'up')
  const candidates = request.preemptible ? [] : candidatesOf(hosts, by)
  if (candidates.length > 14) throw new RangeError('too many candidates to try every set')
  let best: BestPlan = { feasible: false, loss: [] }
  for (let set = 0; set < 2 ** candidates.length; set++) {
    const leaving = candidates.filter((_, nth) => (set & (2 ** nth)) !== 0)
    const room = hosts.map((host, at) =>
      usable[at] === true
        ? roomOn(
            host,
            leaving.filter((victim) => victim.host === at),
            request,
          )
        : 0,
    )
    if (room.reduce((sum, n) => sum + n, 0) < request.count) continue
    const loss = lossOf(leaving)
    if (!best.feasible || less(loss, best.loss)) best = { feasible: true, loss }
  }
  return best
}

function candidatesOf(
  hosts: readonly PlacementHost[],
  by: { readonly objective: Objective; readonly minimumRunS: number },
): Candidate[] {
  return hosts.flatMap((host, at) =>
    host.instances
      .filter(
        ({ preemptible, exempt, ageS }) => preemptible && exempt === undefined && Math.max(0, ageS) >= by.minimumRunS,
      )
      .map(({ vcpus, ramMiB, diskGiB, ageS, priority = 0 }) => {
        const age = Math.max(0, ageS)
        const cost = { 'fewest-victims': 1, 'least-work': vcpus * age, 'billing-remainder': age % 3600 }[by.objective]
        return { host: at, vcpus, ramMiB, diskGiB, priority, cost }
      }),
  )
}

function roomOn(host: PlacementHost, leaving: readonly Candidate[], request: PlacementRequest): number {
  const totals = [
    [host.vcpus * (host.cpuRatio ?? 1) - (host.reservedVcpus ?? 0), 'vcpus'],
    [host.ramMiB * (host.ramRatio ?? 1) - (host.reservedRamMiB ?? 0), 'ramMiB'],
    [host.diskGiB * (host.diskRatio ?? 1) - (host.reservedDiskGiB ?? 0), 'diskGiB'],
  ] as const
  let room = Math.min(request.count, request.hints?.maxPerHost ?? request.count)
  for (const [total, size] of totals) {
    if (request[size] === 0) continue
    let free = total
    for (const instance of host.instances) free -= instance[size]
    for (const victim of leaving) free += victim[size]
    room = Math.min(room, Math.max(0, Math.floor((free + 1e-6) / request[size])))
  }
  return room
}

function lossOf(leaving: readonly Candidate[]): BestPlan['loss'] {
  const priorities = [...new Set(leaving.map(({ priority }) => priority))].sort((a, b) => b - a)
  return priorities.map((priority) => {
    const those = leaving.filter((victim) => victim.priority === priority)
    return [priority, those.reduce((sum, { cost }) => sum + cost, 0), those.length]
  })
}

function less(a: BestPlan['loss'], b: BestPlan['loss']): boolean {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [priorityA, ...restA] = a[at] ?? [Number.NEGATIVE_INFINITY, 0, 0]
    const [priorityB, ...restB] = b[at] ?? [Number.NEGATIVE_INFINITY, 0, 0]
    if (priorityA !== priorityB) return priorityA < priorityB
    for (const part of [0, 1] as const) if (restA[part] !== restB[part]) return restA[part] < restB[part]
  }
  return false
}
