// The filters a host passes before its room is looked at, as one list. Each says in one code why it refuses; a host that
// several refuse carries every code. Room itself, the last filter, is judged on numbers (scan-room.ts).
import type { HostState, PlacementCode, PlacementRequest } from '@gleaner/model'
import { type HostClass, propertiesOf } from './host-class.ts'

export interface HostFilter {
  readonly name: string
  readonly refuses: (host: HostClass, request: PlacementRequest) => PlacementCode | undefined
}

export const hostFilters: readonly HostFilter[] = [
  { name: 'StateFilter', refuses: (host) => ofState[host.state] },
  {
    name: 'KindFilter',
    // A desktop belongs to the person in front of it: nothing firm is promised there, unless policy says otherwise.
    refuses: (host, { preemptible, hints }) =>
      (hints?.kind !== undefined && hints.kind !== host.kind) ||
      (host.kind === 'desktop' && !preemptible && !host.takesFirm)
        ? 'host-kind'
        : undefined,
  },
  {
    name: 'ProjectIsolationFilter',
    refuses: (host, { hints }) =>
      host.projects === undefined || (hints?.project !== undefined && host.projects.includes(hints.project))
        ? undefined
        : 'isolated',
  },
  {
    name: 'LeaseFilter',
    refuses: (host, { hints }) =>
      host.leasedTo === undefined || host.leasedTo === hints?.lease || host.leasedTo === hints?.project
        ? undefined
        : 'leased',
  },
  {
    name: 'PropertiesFilter',
    refuses: (host, { hints }) => (hasAll(host, hints?.properties) ? undefined : 'property-missing'),
  },
]

const ofState: Readonly<Record<HostState, PlacementCode | undefined>> = {
  up: undefined,
  disabled: 'host-disabled',
  maintenance: 'host-maintenance',
  down: 'host-down',
  asleep: 'host-asleep',
  unknown: 'host-unknown',
}

/**
 * Each wanted value must be there: equal, or one of the host's list; of a wanted list every entry. Wanted `false` is
 * fulfilled also by a host that does not have the property at all.
 */
function hasAll(host: HostClass, wanted: NonNullable<PlacementRequest['hints']>['properties']): boolean {
  for (const [name, value] of propertiesOf(wanted)) {
    const has = host.properties.get(name)
    if (value === false) {
      if (has !== undefined && has !== false) return false
    } else if (has === undefined || !holds(has, value)) return false
  }
  return true
}

function holds(has: string | number | boolean | readonly string[], wanted: typeof has): boolean {
  if (typeof wanted === 'object') return wanted.every((entry) => holds(has, entry))
  return typeof has === 'object' ? has.includes(String(wanted)) : has === wanted
}
