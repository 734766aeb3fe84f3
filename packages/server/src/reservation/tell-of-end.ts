// Tells those who are on the hosts of a lease that it ends: one notice per instance of the project, under an id that
// follows from lease and instance, so that a second time tells nobody twice.
import type { Lease } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { addNotice } from '../notices/add-notice.ts'
import type { Runtime } from '../runtime.ts'
import { guestsOf } from './guests-of.ts'

export async function tellOfEnd(runtime: Runtime, fence: Fence, lease: Lease): Promise<string> {
  const guests = guestsOf(runtime, lease)
  const { endAction } = lease
  const end = new Date(lease.span.endMs).toISOString()
  const follows = endAction === 'nothing' ? 'its hosts are open to others from then on' : `${endAction} follows then`
  const sentence = `The lease "${lease.name}" ends at ${end}; ${follows}.`
  for (const { id, name, projectId } of guests) {
    await addNotice(runtime, fence, {
      id: `ntc_${lease.id}_${lease.span.endMs}_${id}`,
      atMs: runtime.clock.nowMs(),
      notice: {
        proposalId: undefined,
        instanceId: id,
        instanceName: name,
        projectId,
        capability: 'reservations',
        action: endAction === 'nothing' ? 'notify' : endAction,
        cause: `lease ${lease.name}`,
        reason: { code: 'lease-ending', sentence, facts: { lease: lease.id, end } },
        decisionId: undefined,
        kind: endAction === 'nothing' ? 'told' : 'announced',
        sentence,
        dueAtMs: endAction === 'nothing' ? undefined : lease.span.endMs,
      },
    })
  }
  return guests.length === 0
    ? 'nobody is on its hosts'
    : `${guests.length} instance${guests.length === 1 ? '' : 's'} told`
}
