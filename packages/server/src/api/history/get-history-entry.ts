// One action of the journal, if the caller may see its instance.
import { GleanerError, type endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { journalView } from '../view/journal-view.ts'

export const getHistoryEntry: Handler<typeof endpoints.getHistoryEntry> = async ({ app, params, sight, world }) => {
  const entry = await app.store.journal.find(params.id)
  if (entry === undefined || !sight.sees(entry.projectId))
    throw new GleanerError('not-found', { object: `The action "${params.id.slice(0, 100)}"` })
  return journalView(entry, world())
}
