// The journal, newest first: every action of the instances the caller may see.
import { GleanerError, type endpoints } from '@gleaner/model'
import type { JournalFilter } from '@gleaner/ports'
import type { Handler } from '../handler.ts'
import { journalView } from '../view/journal-view.ts'
import { only } from '../view/only.ts'
import { timeMs } from '../view/time-text.ts'

export const listHistory: Handler<typeof endpoints.listHistory> = async ({ app, query, sight, world }) => {
  const index = world()
  const filter: JournalFilter = {
    ...only('instanceId', query.instance === undefined ? undefined : index.instanceIdOr(query.instance, sight.sees)),
    ...only('onHostId', query.host === undefined ? undefined : hostIdOf(query.host)),
    ...only('states', query.state === undefined ? undefined : [query.state]),
    ...only('cause', query.cause),
    ...only('text', query.search),
    ...only('fromMs', query.from === undefined ? undefined : timeMs(query.from)),
    ...only('toMs', query.to === undefined ? undefined : timeMs(query.to)),
    ...only('projectIds', sight.projectIds),
  }
  const page = await app.store.journal.list(filter, { limit: query.limit ?? 100, offset: query.offset ?? 0 })
  return { items: page.items.map((entry) => journalView(entry, index)), total: page.total }

  function hostIdOf(idOrName: string): string {
    try {
      return index.host(idOrName).id
    } catch (error) {
      if (error instanceof GleanerError && error.code === 'not-found') return idOrName
      throw error
    }
  }
}
