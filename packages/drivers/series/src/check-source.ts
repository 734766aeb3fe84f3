// What `gleaner config check` tells about a time-series database: does it answer, and which of the wanted series has it had
// within the lookback. A preset that finds some of its metrics is well; a query of the user's own must find something.
import { describeError, isError } from '@gleaner/model'
import type { CheckItem } from '@gleaner/ports'
import { type MeasureShape, ownQueries } from './measure-shape.ts'
import type { SeriesBackend } from './series-backend.ts'
import { toSourceError } from './source-error.ts'

export interface CheckParts<Query> {
  readonly backend: SeriesBackend<Query>
  readonly source: string
  readonly shapes: readonly MeasureShape<Query>[]
  readonly lookbackMs: number
  readonly signal: AbortSignal
}

interface Found {
  readonly metric: string
  readonly of: string
  readonly series: number
  /** What was looked for in vain. */
  readonly missing: string
}

export async function checkSource<Query>(parts: CheckParts<Query>): Promise<readonly CheckItem[]> {
  const { backend, shapes, signal, source } = parts
  const items: CheckItem[] = []
  try {
    items.push({ what: 'answers', ok: true, detail: await backend.version(signal) })
    for (const preset of new Set(shapes.map(({ from }) => from))) {
      const found: Found[] = []
      for (const shape of shapes) if (shape.from === preset) found.push(await countSeries(shape, parts))
      items.push(...(preset === ownQueries ? found.map(queryItem) : [presetItem(preset, found)]))
    }
  } catch (error) {
    signal.throwIfAborted()
    const known = toSourceError(error, { source, metric: 'the check', of: 'the source' })
    if (!isError(known)) throw known
    const what = items.length === 0 ? 'answers' : 'lets itself be asked'
    items.push({ what, ok: false, detail: describeError(known), remedy: known.remedy })
  }
  return items
}

/** Of the first sum of which every term has series; of the first sum when none has. */
async function countSeries<Query>(shape: MeasureShape<Query>, parts: CheckParts<Query>): Promise<Found> {
  const { metric, naming } = shape
  const of = `${naming.of}s`
  let missing = ''
  for (const sum of shape.sums) {
    const counts: number[] = []
    for (const { query } of sum) {
      const count = await parts.backend.count(query, parts.lookbackMs, parts.signal).catch((error: unknown) => {
        throw toSourceError(error, { source: parts.source, metric, of })
      })
      counts.push(count)
      if (count === 0 && missing === '') missing = parts.backend.describe(query)
    }
    const series = Math.min(...counts)
    if (series > 0) return { metric, of, series, missing: '' }
  }
  return { metric, of, series: 0, missing }
}

function presetItem(preset: string, found: readonly Found[]): CheckItem {
  const there = found.filter(({ series }) => series > 0)
  const without = found
    .filter(({ series }) => series === 0)
    .map(({ metric, of, missing }) => `${metric} of ${of} (no ${missing})`)
    .join(', ')
  if (there.length === 0) {
    const remedy = 'Check that the exporter or collector is read, and match; or remove the preset.'
    return { what: preset, ok: false, detail: `none of its series was seen lately: ${without}`, remedy }
  }
  const names = there.map(({ metric, of, series }) => `${metric} of ${of} (${series} series)`).join(', ')
  return { what: preset, ok: true, detail: `${names}${without === '' ? '' : `; not there, stays unknown: ${without}`}` }
}

function queryItem({ metric, of, series, missing }: Found): CheckItem {
  const what = `query for ${metric} of ${of}`
  if (series > 0) return { what, ok: true, detail: `${series} series` }
  const remedy = 'Correct the query, or check that something is stored that it finds.'
  return { what, ok: false, detail: `nothing was seen lately by ${missing}`, remedy }
}
