// A world for tests in which everything is well: readings fresh and complete, every instance idle and measured, nothing
// held, everything enforced. A test spoils what it is about.
import {
  type CloudId,
  type CloudSnapshot,
  capabilities,
  defaultPolicy,
  type Instance,
  type Mode,
  type Policy,
  type Rule,
} from '@gleaner/model'
import type { GateFacts } from '../gate/gate-world.ts'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { allSupports } from './all-supports.ts'
import { idleUsage } from './fake-usage.ts'

export function modesAll(mode: Mode): Policy['modes'] {
  return Object.fromEntries(capabilities.map((capability) => [capability, mode])) as Policy['modes']
}

export const enforcing: Policy = { ...defaultPolicy, modes: modesAll('enforce') }

export interface WorldParts {
  readonly reading: CloudSnapshot
  readonly rules: readonly Rule[]
  readonly nowMs: number
}

export function factsOf({ reading, rules, nowMs }: WorldParts, overrides: Partial<GateFacts> = {}): GateFacts {
  const snapshot = freezeSnapshot(reading, reading)
  return {
    nowMs,
    policy: enforcing,
    snapshots: new Map<CloudId, Snapshot>([[reading.cloudId, snapshot]]),
    usage: idleUsage(
      reading.instances.map(({ id }: Instance) => id),
      nowMs - 10_000,
    ),
    supports: allSupports(reading.cloudId),
    holds: [],
    journal: [],
    rules,
    ...overrides,
  }
}
