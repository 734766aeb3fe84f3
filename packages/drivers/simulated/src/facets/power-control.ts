// Hosts switched off and on. A boot takes its time, or for ever where it was told to be stuck; a host that takes instances, or
// has some that run, is not switched off.
import type { PowerControl } from '@gleaner/ports'
import { conflict, findMachine, refuseIfTold } from './find.ts'
import type { Inside } from './inside.ts'

const bootMs = 180_000

export function powerControl(inside: Inside): PowerControl {
  return {
    has: (hostId) => inside.world().machines.some(({ view }) => view.id === hostId && view.kind === 'hypervisor'),
    async sleep(hostId, signal) {
      await inside.enter({ call: 'power' }, signal)
      const machine = findMachine(inside, hostId)
      const { name } = machine.view
      refuseIfTold(inside, { call: 'power' }, name)
      const world = inside.world()
      const runs = world.guests.some(({ host, state }) => host === machine.index && state !== 'shelved')
      if (runs) throw conflict(inside, name, 'instances are on it')
      if (inside.faults.strike('ignore', { call: 'power' })) return
      if (!machine.sleep()) throw conflict(inside, name, 'it takes instances')
      world.revision++
    },
    async wake(hostId, signal) {
      await inside.enter({ call: 'power' }, signal)
      const machine = findMachine(inside, hostId)
      refuseIfTold(inside, { call: 'power' }, machine.view.name)
      if (inside.faults.strike('ignore', { call: 'power' })) return
      const stuck = inside.faults.strike('stuck', { call: 'power' }) !== undefined
      inside.world().wake(machine, stuck ? Number.POSITIVE_INFINITY : bootMs)
    },
  }
}
