// What running guests have left to others, host by host, beside the ledger of each. It changes none of the ledger's sums: a
// guest's peak is promised to it whether it has that memory at the moment or not; lending makes what is idle physically free.
import type { GuestsLent, HostId, HostLedger, MemoryLoan } from '@gleaner/model'

export function withGuestsLent(
  ledgers: readonly HostLedger[],
  loans: readonly MemoryLoan[],
  hostOf: (loan: MemoryLoan) => HostId | undefined,
): readonly HostLedger[] {
  if (loans.length === 0) return ledgers
  const byHost = new Map<HostId, GuestsLent>()
  for (const loan of loans) {
    const hostId = hostOf(loan)
    if (hostId === undefined) continue
    const { guests, memoryMiB } = byHost.get(hostId) ?? { guests: 0, memoryMiB: 0 }
    byHost.set(hostId, { guests: guests + 1, memoryMiB: memoryMiB + loan.entry.gives.physicalMemoryMiB })
  }
  return ledgers.map((ledger) => {
    const lentByGuests = byHost.get(ledger.hostId)
    return lentByGuests === undefined ? ledger : { ...ledger, lentByGuests }
  })
}
