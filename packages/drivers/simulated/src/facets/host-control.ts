// Hosts closed to the scheduler and opened again; only what was closed here is opened here.
import type { HostControl } from '@gleaner/ports'
import { conflict, findMachine, refuseIfTold } from './find.ts'
import type { Inside } from './inside.ts'

export function hostControl(inside: Inside): HostControl {
  return {
    async close(hostId, reason, signal) {
      await inside.enter({ call: 'host' }, signal)
      const machine = findMachine(inside, hostId)
      refuseIfTold(inside, { call: 'host' }, machine.view.name)
      machine.close(reason)
      inside.world().revision++
    },
    async open(hostId, signal) {
      await inside.enter({ call: 'host' }, signal)
      const machine = findMachine(inside, hostId)
      refuseIfTold(inside, { call: 'host' }, machine.view.name)
      if (!machine.open()) throw conflict(inside, machine.view.name, `an operator made it ${machine.view.state}`)
      inside.world().revision++
    },
  }
}
