// A lease as it is, and as it is written: with the line of who did it, in one transaction.
import { GleanerError, type Lease } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import type { Caller } from '../application.ts'
import type { Runtime } from '../runtime.ts'
import { auditedLease, auditLine, type Change } from './audit.ts'

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

export function saveLease(runtime: Runtime, fence: Fence, saving: Saving): Promise<void> {
  return saveLeases(runtime, fence, [saving])
}

/** All of them or none. */
export async function saveLeases(runtime: Runtime, fence: Fence, savings: readonly Saving[]): Promise<void> {
  await runtime.leases.saveAll(
    fence,
    savings.map((saving) => ({ lease: saving.lease, line: auditLine(runtime, saving.caller, changeOf(saving)) })),
  )
  runtime.wake('leases')
}

function changeOf({ what, lease, before }: Saving): Change {
  const shown = ({ name, state, span, reservations }: Lease) => ({
    name,
    state,
    start: new Date(span.startMs).toISOString(),
    end: new Date(span.endMs).toISOString(),
    hosts: reservations.flatMap(({ shares }) => shares.map(({ host }) => host)),
  })
  return {
    what,
    object: auditedLease(lease),
    ...(before === undefined ? {} : { before: shown(before) }),
    after: shown(lease),
  }
}
