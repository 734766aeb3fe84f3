// Clouds that can do everything, for tests.
import { actionKinds, type CloudId, type GivesBack } from '@gleaner/model'
import { type ActionSupports, indexSupports } from '../ledger/action-support.ts'

const givesBack: GivesBack = { physicalCores: true, physicalMemory: true, sellable: false }

export function allSupports(...clouds: readonly CloudId[]): ActionSupports {
  return indexSupports(
    clouds.map((id) => ({
      id,
      actions: actionKinds.map((action) => ({ action, givesBack })),
      ratioControl: {},
      hostControl: {},
      powerControl: {},
    })),
  )
}
