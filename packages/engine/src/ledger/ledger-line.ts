// One line of the ledger from its parts. The identities, which hold for every line and for every sum of lines:
//   usable = physical - reserved
//   usable + overdrawn = firmPeak + leased + lent + headroom + idle,   and one of overdrawn and idle is 0 on each host
// Source: the ledger's definition in the model.
import type { HostLedger, LedgerLine } from '@gleaner/model'

export interface LineParts {
  readonly physical: number
  readonly reserved: number
  readonly booked: number
  readonly used: number | undefined
  readonly firmPeak: number
  readonly measuredPeak: number
  readonly estimatedPeak: number | undefined
  readonly leased: number
  readonly lent: number
  /** Fraction of what is usable that stays free. */
  readonly headroomShare: number
  /** What the scheduler sells per physical unit; undefined when it sells nothing here. */
  readonly ratio: number | undefined
}

export function ledgerLine(parts: LineParts): LedgerLine {
  const { physical, reserved, booked, used, firmPeak, measuredPeak, estimatedPeak, leased, lent } = parts
  const usable = physical - reserved
  const headroom = usable * parts.headroomShare
  const left = usable - firmPeak - leased - lent - headroom
  return {
    physical,
    reserved,
    usable,
    booked,
    used,
    firmPeak,
    measuredPeak,
    estimatedPeak,
    leased,
    lent,
    headroom,
    idle: Math.max(0, left),
    overdrawn: Math.max(0, -left),
    physicallyFree: Math.max(0, usable - (used ?? firmPeak)),
    sellable: parts.ratio === undefined ? 0 : Math.max(0, usable * parts.ratio - booked),
  }
}

export interface LedgerTotals {
  readonly cores: LedgerLine
  readonly memoryMiB: LedgerLine
}

/** Sums, field by field: what is idle on one host does not pay for what is overdrawn on another. */
export function totalLedger(ledgers: readonly HostLedger[]): LedgerTotals {
  return {
    cores: sumLines(ledgers, (ledger) => ledger.cores),
    memoryMiB: sumLines(ledgers, (ledger) => ledger.memoryMiB),
  }
}

/** `used` is the sum over the hosts where it was measured; undefined when it was nowhere. Likewise `estimatedPeak`. */
function sumLines(ledgers: readonly HostLedger[], lineOf: (ledger: HostLedger) => LedgerLine): LedgerLine {
  const sum = { ...emptySum }
  let used: number | undefined
  let estimatedPeak: number | undefined
  for (const ledger of ledgers) {
    const line = lineOf(ledger)
    sum.physical += line.physical
    sum.reserved += line.reserved
    sum.usable += line.usable
    sum.booked += line.booked
    sum.firmPeak += line.firmPeak
    sum.measuredPeak += line.measuredPeak
    if (line.estimatedPeak !== undefined)
      estimatedPeak = (estimatedPeak ?? sum.measuredPeak - line.measuredPeak) + line.estimatedPeak
    else if (estimatedPeak !== undefined) estimatedPeak += line.measuredPeak
    sum.leased += line.leased
    sum.lent += line.lent
    sum.headroom += line.headroom
    sum.idle += line.idle
    sum.overdrawn += line.overdrawn
    sum.physicallyFree += line.physicallyFree
    sum.sellable += line.sellable
    if (line.used !== undefined) used = (used ?? 0) + line.used
  }
  return { ...sum, used, estimatedPeak }
}

const emptySum = {
  physical: 0,
  reserved: 0,
  usable: 0,
  booked: 0,
  firmPeak: 0,
  measuredPeak: 0,
  leased: 0,
  lent: 0,
  headroom: 0,
  idle: 0,
  overdrawn: 0,
  physicallyFree: 0,
  sellable: 0,
}
