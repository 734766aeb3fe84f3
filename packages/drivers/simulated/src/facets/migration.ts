// Live migration: the guest runs on, or stands still as it does, while its memory is copied; it holds room on both hosts until that has ended.
import type { InstanceMigration } from '@gleaner/ports'
import { conflict, findGuest, findMachine, refuseIfTold } from './find.ts'
import type { Inside } from './inside.ts'

export function migration(inside: Inside): InstanceMigration {
  return {
    async migrate(instanceId, hostId, signal) {
      const context = { call: 'migrate', instanceId } as const
      await inside.enter(context, signal)
      const guest = findGuest(inside, instanceId)
      const machine = findMachine(inside, hostId)
      const { name } = guest.spec
      if (guest.move?.toHost === machine.index) return
      if (guest.move === undefined && guest.host === machine.index) return
      refuseIfTold(inside, context, name)
      if (guest.state !== 'running' && guest.state !== 'paused') throw conflict(inside, name, `it is ${guest.state}`)
      if (!guest.claimed) throw conflict(inside, name, 'its room is claimed for another')
      if (!machine.fits(guest.spec)) throw conflict(inside, name, `${machine.view.name} has no room for it`)
      if (inside.faults.strike('ignore', context)) return
      inside.world().migrate(guest, machine.index, { by: 'the API', ...inside.course(context) })
      inside.changed()
    },
  }
}
