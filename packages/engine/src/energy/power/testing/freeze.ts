// A complete reading of these hosts with what is on them.
import type { Host, Instance } from '@gleaner/model'
import { anInventory, testCloud } from '@gleaner/testkit'
import { freezeSnapshot } from '../../../snapshot/freeze-snapshot.ts'
import type { Snapshot } from '../../../snapshot/snapshot.ts'

export interface FrozenHost {
  readonly host: Host
  readonly instances: readonly Instance[]
}

export function freeze(hosts: readonly FrozenHost[], takenAtMs: number): Snapshot {
  const inventory = anInventory({
    hosts: hosts.map(({ host }) => host),
    instances: hosts.flatMap(({ instances }) => instances),
  })
  return freezeSnapshot(inventory, { cloudId: testCloud, version: 1, takenAtMs })
}
