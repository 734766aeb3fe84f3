// The ledger totals of the current plan.
import type { LedgerView, Plan } from '@gleaner/model'
import { ledgerLineView } from '../view/ledger-view.ts'
import { timeText } from '../view/time-text.ts'

export function ledgerTotals(plan: Plan): LedgerView {
  return {
    at: timeText(plan.createdAtMs),
    hosts: plan.ledger.length,
    measuredHosts: plan.ledger.filter((host) => host.measured).length,
    cores: ledgerLineView(plan.totals.cores),
    memoryMiB: ledgerLineView(plan.totals.memoryMiB),
  }
}
