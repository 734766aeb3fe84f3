// What guests say about their memory. A guest that needs more than its balloon leaves it swaps; one that was told to be silent
// says nothing, and has its balloon all the same.
import type { GuestMemory, InstanceId } from '@gleaner/model'
import type { GuestMemoryReading } from '@gleaner/ports'
import type { Guest } from '../guest.ts'
import { demandAt } from '../load.ts'
import type { World } from '../world.ts'
import type { Inside } from './inside.ts'

export function guestMemory(inside: Inside, hidden: () => ReadonlySet<number>): GuestMemoryReading {
  return {
    async read(instanceIds, signal) {
      await inside.enter({ call: 'memory' }, signal)
      const world = inside.world()
      const unread = hidden()
      const guests = instanceIds === 'all' ? world.guests : instanceIds.flatMap((id) => world.find(id) ?? [])
      const memories = new Map<InstanceId, GuestMemory>()
      for (const guest of guests) {
        const memory = unread.has(guest.host) ? undefined : memoryOf(inside, world, guest)
        if (memory !== undefined) memories.set(guest.spec.id, memory)
      }
      return memories
    },
  }
}

export function memoryOf(inside: Inside, { nowMs }: World, guest: Guest): GuestMemory | undefined {
  const phase = guest.phaseAt(nowMs)
  if (guest.state !== 'running' || phase === undefined) return undefined
  const { id, memoryMiB, load } = guest.spec
  const neededMiB = demandAt(load, phase, nowMs).memoryShare * memoryMiB
  const isSilent = inside.faults.strike('silent', { call: 'memory', instanceId: id }) !== undefined
  const usedMiB = Math.min(phase.limitMiB, neededMiB)
  return {
    promisedMiB: memoryMiB,
    leftMiB: phase.limitMiB,
    usableMiB: isSilent ? Number.NaN : phase.limitMiB - usedMiB,
    swappedMiB: isSilent ? Number.NaN : neededMiB - usedMiB,
    saidAtMs: isSilent ? Number.NaN : nowMs,
    residentMiB: usedMiB,
  }
}
