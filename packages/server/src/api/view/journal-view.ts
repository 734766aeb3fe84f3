// An action of the journal as the API and the live events show it.
import type { JournalEntry, JournalView } from '@gleaner/model'
import { only } from './only.ts'
import { targetView } from './target-view.ts'
import { timeText } from './time-text.ts'
import { verdictView } from './verdict-view.ts'
import type { WorldIndex } from './world-index.ts'

export function journalView(entry: JournalEntry, world: WorldIndex): JournalView {
  return {
    id: entry.id,
    ...only('proposalId', entry.proposalId),
    capability: entry.capability,
    action: entry.action,
    cloud: entry.cloudId,
    ...targetView(entry, world, entry.targetName),
    cause: entry.cause,
    reason: verdictView(entry.reason),
    state: entry.state,
    stateBefore: entry.stateBefore,
    intendedAt: timeText(entry.intendedAtMs),
    ...only('acceptedAt', entry.acceptedAtMs === undefined ? undefined : timeText(entry.acceptedAtMs)),
    ...only('finishedAt', entry.finishedAtMs === undefined ? undefined : timeText(entry.finishedAtMs)),
    attempts: entry.attempts,
    ...only('outcome', entry.outcome),
    gives: entry.gives,
  }
}
