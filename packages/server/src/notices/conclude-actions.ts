// Owners who were told that something will be done are told whether it was. The notice has the id of the journal entry: who
// takes over after a crash tells what the former leader could not, and nobody is told twice.
import { conclude } from '@gleaner/engine'
import type { JournalEntry } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import type { Runtime } from '../runtime.ts'
import { addNotice } from './add-notice.ts'

/** What ended longer ago is no news. */
const newsMs = 3_600_000

export async function concludeAction(runtime: Runtime, fence: Fence, entry: JournalEntry): Promise<void> {
  const notice = conclude(entry)
  if (notice === undefined) return
  await addNotice(runtime, fence, { id: `ntc_${entry.id}`, atMs: entry.finishedAtMs ?? runtime.clock.nowMs(), notice })
}

export async function concludeMissed(runtime: Runtime, fence: Fence): Promise<void> {
  const fromMs = runtime.clock.nowMs() - newsMs
  const begun = await runtime.store.journal.since(fromMs - runtime.config.policy.actionTimeoutMs)
  for (const entry of begun) if ((entry.finishedAtMs ?? 0) >= fromMs) await concludeAction(runtime, fence, entry)
}
