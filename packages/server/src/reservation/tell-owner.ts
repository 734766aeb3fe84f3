// Tells the project of a lease what became of it as a whole: a notice under the name of the lease, by every channel that the
// project has. Its id follows from the lease and from what is told, so that a second time tells nobody twice.
import type { InstanceId, Lease, ReasonCode } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { addNotice } from '../notices/add-notice.ts'
import type { Runtime } from '../runtime.ts'

export interface OwnerNews {
  readonly lease: Lease
  /** Once per lease and key. */
  readonly key: string
  readonly code: ReasonCode
  readonly sentence: string
}

export function tellOwner(runtime: Runtime, fence: Fence, news: OwnerNews): Promise<void> {
  const { lease, key, code, sentence } = news
  return addNotice(runtime, fence, {
    id: `ntc_${lease.id}_${key}`,
    atMs: runtime.clock.nowMs(),
    notice: {
      proposalId: undefined,
      // A lease stands where an instance would: no instance of a cloud has such an id.
      instanceId: `${lease.cloudId}:${lease.id}` as InstanceId,
      instanceName: lease.name,
      leaseId: lease.id,
      projectId: lease.projectId,
      capability: 'reservations',
      action: 'notify',
      cause: `lease ${lease.name}`,
      reason: { code, sentence, facts: { lease: lease.id } },
      decisionId: undefined,
      kind: 'told',
      sentence,
      dueAtMs: undefined,
    },
  })
}
