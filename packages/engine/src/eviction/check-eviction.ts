// The second look, when the notice is over: on a new reading, are these victims still the ones, and is it still needed?
//   - another host has room by now: nobody has to leave, the request goes there;
//   - as much as is lent may be lent again, or nearly: only those leave who still have to;
//   - the lease for which they were to leave is called off: nobody leaves for it;
//   - a victim is not what it was (moved, firm, protected, gone to another state), a host closed, or the room on it does not
//     come out any more: another plan;
//   - else they leave. Gleaner does not change its mind for a plan that has become a little cheaper: who was told to leave
//     and is still needed leaves.
import type { EvictionDecision, HostId, Verdict } from '@gleaner/model'
import { isGoing, startStates } from '@gleaner/model'
import { exemptInstances } from './exempt-instances.ts'
import { readHosts } from './hosts-now.ts'
import { type EvictionPlan, planEviction } from './plan-eviction.ts'
import { stillPromised } from './plan-for-leases.ts'
import { stillShrunk } from './plan-proactive.ts'
import { forLease, type RoomWorld } from './room-world.ts'
import { toGo } from './steps/become.ts'

export type EvictionCheck =
  | { readonly kind: 'stands' }
  /** It is planned by this plan, which makes nobody leave, or not so many. */
  | { readonly kind: 'elsewhere'; readonly plan: EvictionPlan; readonly because: Verdict }
  | { readonly kind: 'changed'; readonly because: Verdict }

export function checkEviction(decision: EvictionDecision, world: RoomWorld): EvictionCheck {
  const { wish } = decision
  const changed = changedVictim(decision, world)
  if (changed !== undefined) return { kind: 'changed', because: changed }
  if (decision.kind === 'shrink') return checkShrink(decision, world)
  if (decision.kind === 'lease') return checkLease(decision, world)
  if (wish === undefined) return { kind: 'stands' }
  const free = planEviction({ world, wish, mayEvict: false, own: withoutVictims(decision) })
  if (free.feasible) {
    const sentence = `There is room for ${wish.name} without anybody leaving by now.`
    return { kind: 'elsewhere', plan: free, because: { code: 'room-elsewhere', sentence, facts: {} } }
  }
  if (fits(decision, world)) return { kind: 'stands' }
  const sentence = `The room for ${wish.name} no longer comes out as it was planned.`
  return { kind: 'changed', because: { code: 'room-lost', sentence, facts: {} } }
}

function checkShrink(decision: EvictionDecision, world: RoomWorld): EvictionCheck {
  const plan = stillShrunk(world, decision)
  const before = toGo(decision).length
  const now = plan?.victims.length ?? before
  if (plan === undefined || now >= before) return { kind: 'stands' }
  const sentence = `As much can be lent again that ${now === 0 ? 'nobody has' : `only ${now} of ${before} have`} to leave.`
  return { kind: 'elsewhere', plan, because: { code: 'offer-restored', sentence, facts: { before, now } } }
}

function checkLease(decision: EvictionDecision, world: RoomWorld): EvictionCheck {
  const plan = stillPromised(world, decision)
  const before = toGo(decision).length
  const now = plan.victims.length
  if (now >= before) return { kind: 'stands' }
  const sentence = `The lease is called off or has another host: ${now === 0 ? 'nobody has' : `only ${now} of ${before} have`} to leave.`
  return { kind: 'elsewhere', plan, because: { code: 'lease-gone', sentence, facts: { before, now } } }
}

/** Whether the room is there where it was planned, once everybody has left who is to leave; others' victims too if `soon`. */
export function fits(decision: EvictionDecision, world: RoomWorld, soon = true): boolean {
  const { wish, placements } = decision
  if (wish === undefined) return true
  const allGone = {
    ...decision,
    victims: decision.victims.map((victim) => (isGoing(victim) ? { ...victim, state: 'left' as const } : victim)),
  }
  const { hostNow } = readHosts({ world: forLease(world, wish.hints.lease), own: allGone, action: undefined, soon })
  const counts = new Map<HostId, number>()
  for (const { hostId } of placements) counts.set(hostId, (counts.get(hostId) ?? 0) + 1)
  return [...counts].every(([hostId, count]) => {
    const read = world.snapshot.hostById.get(hostId)
    if (read?.state !== 'up') return false
    const host = hostNow(read)
    const used = { vcpus: 0, ramMiB: 0, diskGiB: 0 }
    for (const each of host.instances) {
      used.vcpus += each.vcpus
      used.ramMiB += each.ramMiB
      used.diskGiB += each.diskGiB
    }
    const free = (
      total: number,
      { ratio = 1, reserved = 0 }: { readonly ratio?: number | undefined; readonly reserved?: number | undefined },
    ) => total * ratio - reserved + slack
    return (
      used.vcpus + count * wish.vcpus <= free(host.vcpus, { ratio: host.cpuRatio, reserved: host.reservedVcpus }) &&
      used.ramMiB + count * wish.memoryMiB <=
        free(host.ramMiB, { ratio: host.ramRatio, reserved: host.reservedRamMiB }) &&
      used.diskGiB + count * wish.diskGiB <=
        free(host.diskGiB, { ratio: host.diskRatio, reserved: host.reservedDiskGiB })
    )
  })
}

const slack = 1e-6

function changedVictim(decision: EvictionDecision, world: RoomWorld): Verdict | undefined {
  const exempt = exemptInstances({ ...world, decisions: world.decisions.filter(({ id }) => id !== decision.id) })
  for (const { instanceId, name, hostId, action } of toGo(decision)) {
    const now = world.snapshot.instanceById.get(instanceId)
    const why = exempt.get(instanceId)
    const what =
      now === undefined
        ? 'is gone'
        : now.hostId !== hostId
          ? 'is on another host'
          : now.firmness !== 'preemptible'
            ? 'is firm now'
            : !startStates[action].includes(now.state)
              ? `is ${now.state}`
              : why !== undefined && why !== 'budget'
                ? why === 'opted-out'
                  ? 'has opted out'
                  : 'is protected'
                : undefined
    if (what === undefined) continue
    return {
      code: 'victim-stays',
      sentence: `${name} ${what}; it is planned anew.`,
      facts: { instance: instanceId },
    }
  }
  return undefined
}

/** As if nobody had been chosen: what is free now, with those in it who would leave. */
function withoutVictims(decision: EvictionDecision): EvictionDecision {
  return { ...decision, victims: decision.victims.filter(({ state }) => state === 'left') }
}
