// What the running server knows at this moment, in memory: the last reading of each cloud, the last plan, the rules as
// compiled, modes and pause, holds and open actions. The loops write it, the API reads it; everything that must outlive
// the process is in the store as well.
import type { Snapshot } from '@gleaner/engine'
import type {
  Capability,
  CloudId,
  GuestMemory,
  Hold,
  InstanceId,
  JournalEntry,
  MemoryLoan,
  Mode,
  Plan,
  Policy,
  Proposal,
  Rule,
  TargetKey,
  TermsOfProjects,
} from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import type { SourceState } from '../sources/source-state.ts'

export interface CloudState {
  readonly cloudId: CloudId
  readonly snapshot: Snapshot | undefined
  readonly attemptedAtMs: number | undefined
  /** Why the last reading failed; undefined when it did not. */
  readonly fault: string | undefined
}

export interface RuleCounts {
  readonly covered: number
  readonly matched: number
  readonly unknown: number
  /** Enabled and within its schedule. */
  readonly active: boolean
}

export type KillSwitch = NonNullable<Policy['killSwitch']>

export interface LiveState {
  /** Nothing is decided before it is true: state restored, store reachable, every cloud read at least once. */
  ready: boolean
  /** While not ready: what is being waited for. */
  starting: string | undefined
  readonly clouds: Map<CloudId, CloudState>
  /** By the id of the source; what was not asked yet is not in it. */
  readonly sources: Map<string, SourceState>
  /** Sources whose past is being filled in, and how far; empty when that is over. */
  readonly backFilling: Map<string, number>
  plan: Plan | undefined
  previousPlan: Plan | undefined
  rules: readonly Rule[]
  /** By rule id, from the last cycle. */
  ruleCounts: ReadonlyMap<string, RuleCounts>
  modes: Readonly<Record<Capability, Mode>>
  /** Modes set through the API; the others are defaults or set by the file. */
  apiModes: Readonly<Partial<Record<Capability, Mode>>>
  killSwitch: KillSwitch | undefined
  holds: readonly Hold[]
  projectTerms: TermsOfProjects
  /** Open proposals by instance (its own id is the key) and host. */
  proposals: ReadonlyMap<TargetKey, readonly Proposal[]>
  openActions: readonly JournalEntry[]
  /** Memory that is lent from running guests. */
  loans: readonly MemoryLoan[]
  /** What guests said about their memory when they were asked last. */
  readonly guestMemory: Map<InstanceId, GuestMemory>
  /** Set while this replica leads. */
  fence: Fence | undefined
  leader: { readonly holder: string; readonly term: number; readonly sinceMs: number } | undefined
  storeReachable: boolean
  storeFault: string | undefined
}
