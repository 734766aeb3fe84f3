// A lease as it is, and as it is written: with the line of who did it, in one transaction.
import { GleanerError, type Lease } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import type { Caller } from '../application.ts'
import type { Runtime } from '../runtime.ts'
import { auditedLease, auditLine } from './audit.ts'

export async function foundLease(runtime: Runtime, id: string): Promise<Lease> {
  const lease = runtime.leases.find(id) ?? (await runtime.store.leases.find(id))
  if (lease === undefined) throw new GleanerError('not-found', { object: `The lease ${id}` })
  return lease
}

interface Saving {
  readonly caller: Pick<Caller, 'name' | 'from'>
  readonly what: string
  readonly lease: Lease
  readonly before?: Lease
}

export async function saveLease(
  runtime: Runtime,
  fence: Fence,
  { caller, what, lease, before }: Saving,
): Promise<void> {
  const shown = ({ name, state, span, reservations }: Lease) => ({
    name,
    state,
    start: new Date(span.startMs).toISOString(),
    end: new Date(span.endMs).toISOString(),
    hosts: reservations.flatMap(({ shares }) => shares.map(({ host }) => host)),
  })
  const change = {
    what,
    object: auditedLease(lease),
    ...(before === undefined ? {} : { before: shown(before) }),
    after: shown(lease),
  }
  await runtime.leases.save(fence, lease, auditLine(runtime, caller, change))
  runtime.wake('leases')
}
