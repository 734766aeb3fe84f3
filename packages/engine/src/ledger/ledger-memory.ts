// Measuring a hundred thousand instances anew in every cycle costs more than it tells. A memory keeps the ledger of each
// host from one cycle to the next and measures in turns: at most about 10,000 instances per cycle, so that up to that size
// everything is fresh every time and at 100,000 no figure is older than ten cycles. A host is measured at once when its
// record, its instances, its leases, its estimate or the policy changed (identity tells: readings share what has not changed), so what
// is booked, lent and promised is never old; only usage may be.
import type { Host, HostId, HostLedger, Instance, Policy } from '@gleaner/model'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Expectations } from './expected-peak.ts'
import type { Leased } from './take-ledger.ts'

const measuredPerCycle = 10_000

interface Known {
  readonly host: Host
  readonly instances: readonly Instance[]
  readonly leased: Leased | undefined
  readonly estimate: unknown
  readonly ledger: HostLedger
}

interface Taken {
  readonly snapshot: Snapshot
  readonly policy: Policy
  readonly leased?: ReadonlyMap<HostId, Leased>
  readonly expected?: Expectations
}

/** One per cloud; belongs to whoever takes the ledger cycle by cycle. */
export interface LedgerMemory {
  take(input: Taken, measure: (host: Host, instances: readonly Instance[]) => HostLedger): readonly HostLedger[]
}

const noInstances: readonly Instance[] = []

export function createLedgerMemory(perCycle = measuredPerCycle): LedgerMemory {
  let known: ReadonlyMap<HostId, Known> = new Map()
  let policy: Policy | undefined
  let rule: string | undefined
  let cycle = 0
  return {
    take(input, measure) {
      const { snapshot } = input
      const turns = Math.max(1, Math.ceil(snapshot.instances.length / perCycle))
      const turn = cycle++ % turns
      const isSamePolicy =
        policy !== undefined && measuresTheSame(policy, input.policy) && rule === input.expected?.rule
      const next = new Map<HostId, Known>()
      const ledgers = snapshot.hosts.map((host, nth) => {
        const instances = snapshot.instancesOfHost.get(host.id) ?? noInstances
        const leased = input.leased?.get(host.id)
        const before = known.get(host.id)
        const estimate = input.expected?.basisOf(host.id)
        const holds =
          isSamePolicy &&
          nth % turns !== turn &&
          before !== undefined &&
          before.host === host &&
          before.instances === instances &&
          before.leased === leased &&
          before.estimate === estimate
        const entry = holds ? before : { host, instances, leased, estimate, ledger: measure(host, instances) }
        next.set(host.id, entry)
        return entry.ledger
      })
      known = next
      policy = input.policy
      rule = input.expected?.rule
      return ledgers
    },
  }
}

function measuresTheSame(a: Policy, b: Policy): boolean {
  return (
    a.headroomShare === b.headroomShare &&
    a.peakWindowMs === b.peakWindowMs &&
    a.telemetryMaxAgeMs === b.telemetryMaxAgeMs
  )
}
