// The last estimate of a host and those before it, each beside what then was used.
import { type endpoints, parseDurationMs } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { estimatePointView, estimateView } from '../view/estimate-view.ts'

const weekMs = 7 * 86_400_000

export const getHostEstimates: Handler<typeof endpoints.getHostEstimates> = async ({ app, params, query, world }) => {
  const index = world()
  const host = index.host(params.id)
  const toMs = app.clock.nowMs() + 1
  const fromMs = toMs - (parseDurationMs(query.for ?? '7d') || weekMs)
  const points = await app.store.estimates.range(host.id, fromMs, toMs)
  const now = app.estimates.estimateOf(host.id)
  return {
    ...(now === undefined ? {} : { now: estimateView(now, index, app) }),
    items: points.map(estimatePointView),
  }
}
