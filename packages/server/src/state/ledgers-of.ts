// The ledger of each host in a plan, by host; looked up once per plan.
import type { HostId, HostLedger, Plan } from '@gleaner/model'

const ledgers = new WeakMap<Plan, ReadonlyMap<HostId, HostLedger>>()

export function ledgersOf(plan: Plan): ReadonlyMap<HostId, HostLedger> {
  let found = ledgers.get(plan)
  if (found === undefined) ledgers.set(plan, (found = new Map(plan.ledger.map((ledger) => [ledger.hostId, ledger]))))
  return found
}
