// Everything the gate looks at, indexed once per cycle, and once more for the look right before an action.
import {
  type Hold,
  type Host,
  type Instance,
  type JournalEntry,
  type Policy,
  type Proposal,
  type Rule,
  type Target,
  type TargetKey,
  targetKey,
} from '@gleaner/model'
import type { DesktopPresence } from '../desktops/desktop-presence.ts'
import type { HostPromise } from '../energy/power/host-promise.ts'
import type { ActionSupports } from '../ledger/action-support.ts'
import type { UsageAccess } from '../ledger/usage-access.ts'
import { holdFromEntry } from '../people/journal-holds.ts'
import type { Snapshot, Snapshots } from '../snapshot/snapshot.ts'
import { createJournalBook, type JournalBook } from './journal-book.ts'
import { type Maintenance, maintenanceAt } from './maintenance.ts'
import type { StepClass } from './step-class.ts'

export interface GateFacts {
  readonly nowMs: number
  readonly policy: Policy
  readonly snapshots: Snapshots
  readonly usage: UsageAccess
  readonly supports: ActionSupports
  /** Active holds as stored; those that follow from the journal are added here. */
  readonly holds: readonly Hold[]
  /** Every open entry, and all since journalHorizonMs(policy) ago. */
  readonly journal: readonly JournalEntry[]
  readonly rules: readonly Rule[]
  /** What is promised on a host beyond what is on it; without it nothing sleeps. */
  readonly hostUse?: (host: Host) => HostUse
  /** Whether a desktop may have guests; without it none may. */
  readonly presenceOf?: (host: Host) => DesktopPresence
}

export interface HostUse {
  readonly isHeld: boolean
  /** Undefined: the calendar is not known. */
  readonly promise: HostPromise | undefined
  readonly leadMs: number
}

export interface GateWorld extends Omit<GateFacts, 'holds' | 'journal' | 'rules'> {
  readonly book: JournalBook
  readonly maintenance: Maintenance
  readonly ruleById: ReadonlyMap<string, Rule>
  holdsOf(target: Target): readonly Hold[]
}

/** One step before the gate: the proposal with what is known of its instance or, where it is about that, of its host. */
export interface GateStep {
  readonly proposal: Proposal
  readonly kind: StepClass
  readonly world: GateWorld
  readonly snapshot: Snapshot | undefined
  readonly instance: Instance | undefined
  /** Only of a step on the host as a whole. */
  readonly host: Host | undefined
}

const noHolds: readonly Hold[] = []

export function openGateWorld(facts: GateFacts): GateWorld {
  const { nowMs, policy, snapshots, usage, supports, journal } = facts
  const holds = new Map<TargetKey, Hold[]>()
  const add = (hold: Hold) => {
    const key = targetKey(hold)
    const list = holds.get(key)
    if (list === undefined) holds.set(key, [hold])
    else list.push(hold)
  }
  for (const hold of facts.holds) add(hold)
  for (const entry of journal) {
    const hold = holdFromEntry(entry, policy)
    if (hold !== undefined) add(hold)
  }
  return {
    ...(facts.hostUse === undefined ? {} : { hostUse: facts.hostUse }),
    ...(facts.presenceOf === undefined ? {} : { presenceOf: facts.presenceOf }),
    nowMs,
    policy,
    snapshots,
    usage,
    supports,
    book: createJournalBook(journal, policy, nowMs),
    maintenance: maintenanceAt(policy, nowMs),
    ruleById: new Map(facts.rules.map((rule) => [rule.id, rule])),
    holdsOf: (target) => holds.get(targetKey(target)) ?? noHolds,
  }
}
