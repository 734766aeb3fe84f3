// Consumers of placement that are Gleaner's own: their ids begin with a mark, so that they are found among the servers, and
// follow from what they are for, so that the same thing has the same consumer after a crash.
import { createHash } from 'node:crypto'
import type { Consumer } from '@gleaner/wire-openstack'

/** `prefix` is twelve hexadecimal digits in a UUID's form, with the 8 of a UUID of version 8, whose content is free. */
export function ownConsumer(prefix: string, what: string): string {
  const hash = createHash('sha256').update(what).digest('hex')
  return `${prefix}${hash.slice(0, 3)}-8${hash.slice(3, 6)}-${hash.slice(6, 18)}`
}

export function isHolding({ allocations }: Consumer): boolean {
  return Object.keys(allocations).length > 0
}
