// Ledger lines as the API shows them, and their sums over hosts.
import type { LedgerLine, LedgerLineView } from '@gleaner/model'
import { only } from './only.ts'

export function ledgerLineView(line: LedgerLine): LedgerLineView {
  return {
    physical: line.physical,
    reserved: line.reserved,
    usable: line.usable,
    booked: line.booked,
    ...only('used', line.used),
    firmPeak: line.firmPeak,
    measuredPeak: line.measuredPeak,
    ...only('estimatedPeak', line.estimatedPeak),
    leased: line.leased,
    lent: line.lent,
    headroom: line.headroom,
    idle: line.idle,
    overdrawn: line.overdrawn,
    physicallyFree: line.physicallyFree,
    sellable: line.sellable,
  }
}

/** What a host is shown with before the first plan: its size, and nothing known about its use. */
export function emptyLine(physical: number, reserved: number): LedgerLine {
  return {
    physical,
    reserved,
    usable: Math.max(0, physical - reserved),
    booked: 0,
    used: undefined,
    firmPeak: 0,
    measuredPeak: 0,
    estimatedPeak: undefined,
    leased: 0,
    lent: 0,
    headroom: 0,
    idle: 0,
    overdrawn: 0,
    physicallyFree: 0,
    sellable: 0,
  }
}
