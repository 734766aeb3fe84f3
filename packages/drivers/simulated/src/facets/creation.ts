// Instances on request: on the host that is named, or where the scheduler finds room. Without room anywhere the request
// is taken and fails afterwards, as on most clouds: what is left is an instance in error that was never on a host.
import type { InstanceCreation, NewInstance } from '@gleaner/ports'
import { preemptibleTag } from '../guest.ts'
import { conflict, findGuest, findMachine, refuseIfTold } from './find.ts'
import type { Inside } from './inside.ts'

export function creation(inside: Inside): InstanceCreation {
  return {
    async create(request, signal) {
      await inside.enter({ call: 'create' }, signal)
      const known = inside.made.get(request.idempotencyKey)
      if (known !== undefined) return known
      refuseIfTold(inside, { call: 'create' }, request.name)
      const machine = request.hostId === undefined ? undefined : findMachine(inside, request.hostId)
      if (machine?.fits(request) === false)
        throw conflict(inside, request.name, `${machine.view.name} has no room for it`)
      const guest = inside.world().create({
        order: orderOf(request),
        ...inside.course({ call: 'create' }),
        ...(machine === undefined ? {} : { host: machine.index }),
      })
      inside.made.set(request.idempotencyKey, guest.spec.id)
      inside.changed()
      return guest.spec.id
    },
    async place(instanceId, hostId, signal) {
      const context = { call: 'place', instanceId } as const
      await inside.enter(context, signal)
      const guest = findGuest(inside, instanceId)
      if (guest.state === 'running' || guest.move?.target === 'running') return
      refuseIfTold(inside, context, guest.spec.name)
      if (guest.state !== 'shelved') throw conflict(inside, guest.spec.name, `it is ${guest.state}`)
      if (inside.faults.strike('ignore', context)) return
      const machine = hostId === undefined ? undefined : findMachine(inside, hostId)
      const began = inside.world().begin(guest, {
        action: 'start',
        by: 'the API',
        ...inside.course(context),
        ...(machine === undefined ? {} : { host: machine.index }),
      })
      if (!began) throw conflict(inside, guest.spec.name, `${machine?.view.name ?? 'no host'} has no room for it`)
      inside.changed()
    },
    async unplaced(signal) {
      await inside.enter({ call: 'unplaced' }, signal)
      return inside
        .world()
        .guests.filter(({ unplaced, move }) => unplaced && move === undefined)
        .map(({ spec, tags, firmness, stateSinceMs, fault }) => ({
          instanceId: spec.id,
          name: spec.name,
          projectId: spec.projectId,
          firmness,
          flavor: spec.flavor,
          tags,
          vcpus: spec.vcpus,
          memoryMiB: spec.memoryMiB,
          diskGiB: spec.diskGiB,
          failedAtMs: stateSinceMs,
          reason: fault ?? 'No valid host was found.',
          native: {},
        }))
    },
  }
}

function orderOf({ name, projectId, flavor, vcpus, memoryMiB, diskGiB, tags, firmness }: NewInstance) {
  const all = firmness === 'preemptible' && !tags.includes(preemptibleTag) ? [...tags, preemptibleTag] : tags
  return { name, projectId, flavor, vcpus, memoryMiB, diskGiB, tags: all }
}
