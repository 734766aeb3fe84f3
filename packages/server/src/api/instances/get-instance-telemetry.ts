// Usage of an instance over time.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { seriesView } from '../view/series-view.ts'
import { usageSpan } from '../view/usage-span.ts'

export const getInstanceTelemetry: Handler<typeof endpoints.getInstanceTelemetry> = (call) => {
  const { app, query } = call
  const instance = call.world().instance(call.params.id, call.sight.sees)
  const metric = query.metric ?? 'cpu'
  return seriesView(metric, app.usage.series(instance.id, { metric, ...usageSpan(query, app.clock) }))
}
