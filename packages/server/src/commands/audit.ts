// Every change a person makes leaves a line: who, from where, what, before and after.
import type { Caller } from '../application.ts'
import type { Runtime } from '../runtime.ts'

export interface Change {
  readonly what: string
  readonly object: string
  readonly before?: unknown
  readonly after?: unknown
}

export async function audit(
  runtime: Pick<Runtime, 'store' | 'clock'>,
  caller: Pick<Caller, 'name' | 'from'>,
  change: Change,
): Promise<void> {
  await runtime.store.audit.append({
    atMs: runtime.clock.nowMs(),
    by: caller.name,
    from: caller.from,
    what: change.what,
    object: change.object,
    before: change.before ?? null,
    after: change.after ?? null,
  })
}
