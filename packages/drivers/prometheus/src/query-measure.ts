// A question of the user's own as what is asked of the database. What cannot be said in a schema is checked here, so that
// the configuration can name the line.
import { type MeasureShape, ownQueries } from '@gleaner/driver-series'
import type { SeriesNaming, Term } from '@gleaner/wire-timeseries'
import type { PrometheusQuery } from './options.ts'
import type { PromQuery } from './prom-query.ts'

/** What is wrong with it; undefined when nothing is. */
export function queryFault(query: PrometheusQuery): string | undefined {
  if ((query.series === undefined) === (query.expression === undefined)) {
    return 'give either series (a selector, whose raw samples are read) or expression (worked out by the database)'
  }
  if (query.expression !== undefined && query.counter === true) {
    return 'counter belongs to series; an expression says rate(…) itself'
  }
  if (query.id === undefined && query.name === undefined)
    return 'give the label that holds the name, or the id, of its subject'
  if (query.factor !== undefined && !(Number.isFinite(query.factor) && query.factor !== 0)) return 'factor is no number'
  return undefined
}

export function queryMeasure(query: PrometheusQuery): MeasureShape<PromQuery> {
  const list = (label: string | undefined) => (label === undefined ? [] : [label])
  const naming: SeriesNaming = {
    of: query.of === 'hosts' ? 'host' : 'instance',
    id: list(query.id),
    name: list(query.name),
    host: list(query.host),
    sum: query.sum ?? [],
  }
  const asked: PromQuery =
    query.expression === undefined ? { selector: query.series ?? '' } : { expression: query.expression }
  const term: Term<PromQuery> = {
    query: asked,
    kind: query.counter === true ? 'counter' : 'gauge',
    factor: query.factor ?? 1,
  }
  return { from: ownQueries, metric: query.metric, naming, sums: [[term]] }
}
