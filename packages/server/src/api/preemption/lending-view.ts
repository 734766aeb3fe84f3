// What each fenced host lends, and may lend. Lent is what preemptible instances hold there, as the ledger counts it.
import { cloudOf, type LendingView } from '@gleaner/model'
import type { Application } from '../../application.ts'
import { ledgersOf } from '../../state/ledgers-of.ts'
import type { WorldIndex } from '../view/world-index.ts'

export function lendingView(
  { insight, state }: Pick<Application, 'insight' | 'state'>,
  index: WorldIndex,
): LendingView[] {
  const ledgers = state.plan === undefined ? undefined : ledgersOf(state.plan)
  return [...insight.lendable()].map(([hostId, { basis, vcpus, ramMiB, unsold }]): LendingView => {
    const ledger = ledgers?.get(hostId)
    return {
      host: index.hostName(hostId) ?? hostId,
      hostId,
      cloud: cloudOf(hostId),
      basis,
      cores: { lendable: vcpus, unsold: unsold.vcpus, lent: ledger?.cores.lent ?? 0 },
      memoryMiB: { lendable: ramMiB, unsold: unsold.ramMiB, lent: ledger?.memoryMiB.lent ?? 0 },
    }
  })
}
