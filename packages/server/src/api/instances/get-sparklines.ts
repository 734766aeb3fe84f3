// Short usage series of many instances at once, for a page of a list. Ids that do not exist, or not for this caller, are
// left out.
import { type InstanceId, type endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { nullable } from '../view/series-view.ts'
import { usageSpan } from '../view/usage-span.ts'

export const getSparklines: Handler<typeof endpoints.getSparklines> = ({ app, body, sight, world }) => {
  const { instanceById } = world()
  const span = usageSpan({ for: body.for ?? '2h', points: body.points ?? 30 }, app.clock)
  const metric = body.metric ?? 'cpu'
  const series: Record<string, (number | null)[]> = {}
  for (const id of body.ids) {
    const instance = instanceById.get(id as InstanceId)
    if (instance === undefined || !sight.sees(instance.projectId)) continue
    series[id] = nullable(app.usage.series(id, { metric, ...span }).average)
  }
  return { series }
}
