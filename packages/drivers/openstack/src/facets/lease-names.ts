// Names under which placement and nova know a lease: a custom trait of its hosts, and flavors that require it. A lease's id
// can be read back from both, so that after a crash they tell by themselves what they were for.
import { createHash } from 'node:crypto'
import type { LeaseId } from '@gleaner/model'
import type { WholeFlavor } from '@gleaner/wire-openstack'

export const traitPrefix = 'CUSTOM_GLEANER_LEASE_'
const written = /^[a-z]+_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Placement takes capitals, digits and underscores. Undefined for what is no id of a lease. */
export function traitOf(leaseId: LeaseId): string | undefined {
  return written.test(leaseId) ? `${traitPrefix}${leaseId.replaceAll('-', '_').toUpperCase()}` : undefined
}

export function leaseOf(trait: string): LeaseId | undefined {
  if (!trait.startsWith(traitPrefix)) return undefined
  const [prefix = '', ...groups] = trait.slice(traitPrefix.length).toLowerCase().split('_')
  const id = `${prefix}_${groups.join('-')}`
  return written.test(id) ? (id as LeaseId) : undefined
}

/** Begins the id of every flavor into the lease. */
export function flavorPrefix(leaseId: LeaseId): string {
  return `gleaner-${leaseId}-`
}

/** The same for the same flavor; another one when its sizes or demands have changed. */
export function flavorIdInto(leaseId: LeaseId, { id, extraSpecs, ...sizes }: WholeFlavor): string {
  const what = JSON.stringify([id, sorted(sizes), sorted(extraSpecs)])
  return `${flavorPrefix(leaseId)}${createHash('sha256').update(what).digest('hex').slice(0, 12)}`
}

function sorted(entries: object): readonly (readonly [string, unknown])[] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1))
}
