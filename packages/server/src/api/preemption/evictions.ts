// Who was evicted, and where each is on its way back.
import { type endpoints, GleanerError } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { evictionView } from '../view/eviction-view.ts'
import { only } from '../view/only.ts'

export const listEvictions: Handler<typeof endpoints.listEvictions> = async ({ app, query, sight, world }) => {
  const index = world()
  const page = { limit: query.limit ?? 100, offset: query.offset ?? 0 }
  const instanceId = query.instance === undefined ? undefined : index.instanceIdOr(query.instance, sight.sees)
  if (query.waiting === true) {
    const waiting = (await app.store.evictions.onTheirWayBack())
      .filter((each) => sight.sees(each.projectId) && (instanceId === undefined || each.instanceId === instanceId))
      .sort((a, b) => b.priority - a.priority || a.evictedAtMs - b.evictedAtMs)
    const shown = waiting.slice(page.offset, page.offset + page.limit)
    return { items: shown.map((eviction) => evictionView(eviction, index)), total: waiting.length }
  }
  const filter = { ...only('instanceId', instanceId), ...only('projectIds', sight.projectIds) }
  const { items, total } = await app.store.evictions.evictions(filter, page)
  return { items: items.map((eviction) => evictionView(eviction, index)), total }
}

/** One of a project that the caller does not see is not there for it. */
export const getEviction: Handler<typeof endpoints.getEviction> = async ({ app, params, sight, world }) => {
  const eviction = await app.store.evictions.eviction(params.id)
  if (eviction === undefined || !sight.sees(eviction.projectId))
    throw new GleanerError('not-found', { object: `The eviction ${params.id}` })
  return evictionView(eviction, world())
}
