// Every change, newest first: by whom, from where, before and after.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'

export const listAudit: Handler<typeof endpoints.listAudit> = async ({ app, query }) => {
  const page = await app.store.audit.list({
    limit: query.limit ?? 100,
    offset: query.offset ?? 0,
    ...only('search', query.search),
  })
  return {
    items: page.items.map(({ atMs, by, from, what, object, before, after }) => ({
      at: timeText(atMs),
      by,
      from,
      what,
      object,
      before,
      after,
    })),
    total: page.total,
  }
}
