// Room held in the scheduler's books for an instance to come. An instance whose room went to a claim keeps running and
// holds nothing: whatever becomes of it then gives back nothing more.
import { hostId } from '@gleaner/model'
import type { RoomClaims, RoomSize } from '@gleaner/ports'
import type { Guest } from '../guest.ts'
import { conflict, findGuest, findMachine, refuseIfTold } from './find.ts'
import type { Inside } from './inside.ts'

export function claims(inside: Inside): RoomClaims {
  const enter = (signal: AbortSignal) => inside.enter({ call: 'claim' }, signal)
  return {
    async claim({ claimId, hostId: wanted, vcpus, memoryMiB, diskGiB, from }, signal) {
      await enter(signal)
      const { claims: book } = inside.world()
      const machine = findMachine(inside, wanted)
      if (book.get(claimId) !== undefined) return
      refuseIfTold(inside, { call: 'claim' }, claimId)
      const guests = from.map((id) => findGuest(inside, id))
      const other = guests.find((guest) => guest.host !== machine.index || !guest.claimed)
      if (other !== undefined) throw conflict(inside, other.spec.name, `it holds no room on ${machine.view.name}`)
      // It holds room on two hosts until it has arrived, and which of the two it will keep is not known before.
      const travelling = guests.find(({ move }) => move?.toHost !== undefined)
      if (travelling !== undefined) throw conflict(inside, travelling.spec.name, 'it is migrating')
      for (const guest of guests) machine.unclaim(guest.spec)
      if (!machine.hasRoom({ vcpus, memoryMiB, diskGiB })) {
        for (const guest of guests) machine.claim(guest.spec)
        throw conflict(inside, claimId, `${machine.view.name} has no room for it`)
      }
      for (const guest of guests) {
        guest.claimed = false
        guest.touched = true
      }
      book.put({ claimId, host: machine.index, vcpus, memoryMiB, diskGiB })
    },
    async giveBack(claimId, to, signal) {
      await enter(signal)
      const world = inside.world()
      refuseIfTold(inside, { call: 'claim' }, claimId)
      const held = world.claims.get(claimId)
      const guests = to.flatMap((id) => world.find(id) ?? []).filter((guest) => isWithoutRoom(guest))
      world.claims.remove(claimId)
      const machine = world.machines[held?.host ?? guests[0]?.host ?? -1]
      if (machine?.hasRoom(sumOf(guests)) === false) {
        if (held !== undefined) world.claims.put(held)
        throw conflict(inside, claimId, `${machine.view.name} has no room for what it came from`)
      }
      for (const guest of guests) {
        world.claim(guest)
        guest.touched = true
      }
    },
    async release(claimId, signal) {
      await enter(signal)
      refuseIfTold(inside, { call: 'claim' }, claimId)
      inside.world().claims.remove(claimId)
    },
    async claims(signal) {
      await inside.enter({ call: 'claims' }, signal)
      const { claims: book, machines } = inside.world()
      return book.all().map(({ claimId, host, vcpus, memoryMiB, diskGiB }) => ({
        claimId,
        hostId: machines[host]?.view.id ?? hostId(inside.cloud, String(host)),
        vcpus,
        memoryMiB,
        diskGiB,
      }))
    },
  }
}

/** It is on a host in a state in which it should hold room there. */
function isWithoutRoom({ claimed, host, state }: Guest): boolean {
  return !claimed && host >= 0 && state !== 'stopped' && state !== 'shelved'
}

function sumOf(guests: readonly Guest[]): RoomSize {
  const sum = { vcpus: 0, memoryMiB: 0, diskGiB: 0 }
  for (const { spec } of guests) {
    sum.vcpus += spec.vcpus
    sum.memoryMiB += spec.memoryMiB
    sum.diskGiB += spec.diskGiB
  }
  return sum
}
