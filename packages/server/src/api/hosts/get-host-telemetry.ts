// Usage of a host over time.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { seriesView } from '../view/series-view.ts'
import { usageSpan } from '../view/usage-span.ts'

export const getHostTelemetry: Handler<typeof endpoints.getHostTelemetry> = ({ app, params, query, world }) => {
  const host = world().host(params.id)
  const metric = query.metric ?? 'cpu'
  return seriesView(metric, app.usage.series(host.id, { metric, ...usageSpan(query, app.clock) }))
}
