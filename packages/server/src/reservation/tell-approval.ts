// Tells the service that approves leases that one is over, once, for its own book-keeping. Nobody waits for it, and what it
// answers changes nothing.
import type { Lease } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'
import { approvalBody } from './approval-body.ts'
import { askApproval } from './ask-approval.ts'

export function tellApproval({ config, log }: Pick<Runtime, 'config' | 'log'>, lease: Lease): void {
  const settings = config.reservations.approval
  if (settings === undefined) return
  void askApproval(settings, 'on-end', approvalBody(lease, lease.by)).then((answer) => {
    if (answer.kind === 'unanswered')
      log.warn({ lease: lease.id }, `the service that approves leases was not told of the end: ${answer.fault}`)
  })
}
