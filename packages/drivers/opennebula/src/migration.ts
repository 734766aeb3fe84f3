// The facet InstanceMigration: live, and only where the target has room. OpenNebula itself would migrate to a disabled host
// without a word, so that is refused here; an offline one it refuses itself.
import type { InstanceMigration } from '@gleaner/ports'
import { hostNumber } from './native-id.ts'
import { hostState, instanceState, stateName } from './states.ts'
import type { VmCalls } from './vm-calls.ts'
import type { CloudId } from '@gleaner/model'

/** After id and host: live, enforce capacity, same datastore, by saving (not used when live). */
const live = [true, true, -1, 0] as const

export function migration(calls: VmCalls, cloudId: CloudId): InstanceMigration {
  return {
    async migrate(id, hostId, signal) {
      const row = await calls.get(id, signal)
      const state = instanceState(row)
      const target = hostNumber(hostId, cloudId)
      // While it moves, the newest record names where it goes.
      if (row.history?.hostId === target && (state === 'running' || state === 'migrating')) return
      if (state !== 'running') throw calls.conflict(`instance ${row.name}`, `it is ${stateName(row)}`)
      const host = await calls.getHost(hostId, signal)
      if (hostState(host.state) !== 'up') throw calls.conflict(`host ${host.name}`, 'it takes no instances')
      await calls.change('one.vm.migrate', [row.id, host.id, ...live], { object: `instance ${row.name}`, signal })
    },
  }
}
