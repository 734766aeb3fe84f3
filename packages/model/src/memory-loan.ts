// Memory lent from a running guest. A loan begins with the journal entry of a `balloon` step, whatever became of it (a call that
// got no answer may have arrived), and is open until a `return-memory` step that names it is done.
import type { InstanceId } from './ids.ts'
import type { JournalEntry } from './journal.ts'

export interface MemoryLoan {
  readonly instanceId: InstanceId
  /** The step it began with. */
  readonly entry: JournalEntry
  /** The newest step to give it back that was begun and is not done. */
  readonly lastReturn: JournalEntry | undefined
}

/** The idempotency key of a step that gives a loan back names it: so the journal knows what the step ends. */
export function returnKey(loanId: string, stepId: string): string {
  return `return:${loanId}:${stepId}`
}

export function loanOfKey(idempotencyKey: string): string | undefined {
  return /^return:([^:]+):/.exec(idempotencyKey)?.[1]
}
