// A plan: everything Gleaner would do now, from one snapshot of every cloud, with what it refused and why.
import type { CloudId } from './ids.ts'
import type { HostLedger, LedgerLine } from './ledger.ts'
import type { Proposal } from './proposal.ts'
import type { ReasonCode } from './verdict.ts'

/** Which reading of a cloud a plan rests on, and whether it may be acted upon. */
export interface PlanBasis {
  readonly cloudId: CloudId
  readonly version: number
  readonly takenAtMs: number
  readonly complete: boolean
  readonly fresh: boolean
}

export interface Plan {
  readonly id: string
  readonly createdAtMs: number
  readonly basis: readonly PlanBasis[]
  /** Open proposals after this cycle, strongest first. */
  readonly proposals: readonly Proposal[]
  /** Proposals that ended in this cycle (cancelled), with their last verdict. */
  readonly ended: readonly Proposal[]
  /** How often each reason was given over all instances and rules in this cycle. */
  readonly reasons: Readonly<Partial<Record<ReasonCode, number>>>
  readonly ledger: readonly HostLedger[]
  readonly totals: { readonly cores: LedgerLine; readonly memoryMiB: LedgerLine }
}
