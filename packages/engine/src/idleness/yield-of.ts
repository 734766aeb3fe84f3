// What an action on an instance gives back, in figures: what it holds now and will not hold afterwards. Physically that is
// what it was measured to use (nothing, where nothing was measured: a gain that nobody saw is not claimed); to the
// scheduler its nominal size, if the cloud says that the action gives that back and it is still in the cloud's books.
import { type ActionKind, type GivesBack, type Instance, noYield, type Yield } from '@gleaner/model'
import type { HoldingTable } from '../ledger/holding.ts'
import { isMeasured, type UsageAccess } from '../ledger/usage-access.ts'

export interface YieldInput {
  readonly action: ActionKind
  readonly givesBack: GivesBack | undefined
  readonly holding: HoldingTable
  readonly usage: UsageAccess
  readonly nowMs: number
}

export function yieldOf(instance: Instance, input: YieldInput): Yield {
  const { givesBack, usage, nowMs } = input
  if (givesBack === undefined) return noYield
  const held = input.holding(instance.state)
  const slot = usage.slotOf(instance.id)
  const measured = (metric: 'cpu' | 'memory') => {
    const value = slot < 0 ? Number.NaN : usage.latest(slot, metric, nowMs)
    return isMeasured(value) ? value : 0
  }
  const sells = givesBack.sellable && held.booked
  return {
    physicalCores: givesBack.physicalCores && held.cores ? Math.min(measured('cpu'), instance.vcpus) : 0,
    physicalMemoryMiB: givesBack.physicalMemory && held.memory ? Math.min(measured('memory'), instance.memoryMiB) : 0,
    sellableCores: sells ? instance.vcpus : 0,
    sellableMemoryMiB: sells ? instance.memoryMiB : 0,
  }
}
