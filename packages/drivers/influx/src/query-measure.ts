// A question of the user's own as what is asked of InfluxDB. What cannot be said in a schema is checked here, so that the
// configuration can name the line.
import { type MeasureShape, ownQueries } from '@gleaner/driver-series'
import type { SeriesNaming } from '@gleaner/wire-timeseries'
import { type FieldQuery, tagCondition } from './field-query.ts'
import type { InfluxQuery } from './options.ts'

/** What is wrong with it; undefined when nothing is. */
export function queryFault(query: InfluxQuery): string | undefined {
  if (query.id === undefined && query.name === undefined)
    return 'give the tag that holds the name, or the id, of its subject'
  if (query.factor !== undefined && !(Number.isFinite(query.factor) && query.factor !== 0)) return 'factor is no number'
  for (const [tag, written] of Object.entries(query.where ?? {})) {
    const { isPattern, text } = tagCondition(tag, written)
    if (!isPattern) continue
    try {
      new RegExp(text)
    } catch {
      return `where.${tag}: "${text}" is no regular expression`
    }
  }
  return undefined
}

export function queryMeasure(query: InfluxQuery): MeasureShape<FieldQuery> {
  const list = (tag: string | undefined) => (tag === undefined ? [] : [tag])
  const naming: SeriesNaming = {
    of: query.of === 'hosts' ? 'host' : 'instance',
    id: list(query.id),
    name: list(query.name),
    host: list(query.host),
    sum: query.sum ?? [],
  }
  const where = Object.entries(query.where ?? {}).map(([tag, text]) => tagCondition(tag, text))
  const asked = { measurement: query.measurement, field: query.field, where }
  const kind = query.counter === true ? 'counter' : 'gauge'
  return { from: ownQueries, metric: query.metric, naming, sums: [[{ query: asked, kind, factor: query.factor ?? 1 }]] }
}
