// Every change a person makes leaves a line: who, from where, what, before and after.
import type { Lease } from '@gleaner/model'
import type { AuditEntry } from '@gleaner/ports'
import type { Caller } from '../application.ts'
import type { Runtime } from '../runtime.ts'

export interface Change {
  readonly what: string
  readonly object: string
  readonly before?: unknown
  readonly after?: unknown
}

/** People know a lease by its name, and a name belongs to another one later. */
export function auditedLease({ name, id }: Pick<Lease, 'name' | 'id'>): string {
  return `${name} (${id})`
}

export async function audit(
  runtime: Pick<Runtime, 'store' | 'clock'>,
  caller: Pick<Caller, 'name' | 'from'>,
  change: Change,
): Promise<void> {
  await runtime.store.audit.append(auditLine(runtime, caller, change))
}

/** For a change whose transaction takes its line along. */
export function auditLine(
  { clock }: Pick<Runtime, 'clock'>,
  { name, from }: Pick<Caller, 'name' | 'from'>,
  { what, object, before = null, after = null }: Change,
): AuditEntry {
  return { atMs: clock.nowMs(), by: name, from, what, object, before, after }
}
