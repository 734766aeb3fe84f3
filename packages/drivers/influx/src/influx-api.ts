// The questions to InfluxDB, in the language of its version: InfluxQL at `/query` of 1.x, Flux at `/api/v2/query` of 2.x. Either
// answers with the points of one field as they were written, a series for each set of tags.
import { AnnotatedCsv, type HttpClient, InfluxqlAnswer, type SeriesSink } from '@gleaner/wire-timeseries'
import type { FieldQuery, TagCondition } from './field-query.ts'
import type { InfluxPlace } from './options.ts'

export interface PointSpan {
  readonly fromMs: number
  readonly toMs: number
  /** Only the first point of each series. */
  readonly firstOnly?: boolean
}

export class InfluxApi {
  readonly #client: HttpClient
  readonly #place: InfluxPlace

  constructor(client: HttpClient, place: InfluxPlace) {
    this.#client = client
    this.#place = place
  }

  async points(
    query: FieldQuery,
    span: PointSpan,
    { sink, signal }: { readonly sink: SeriesSink; readonly signal: AbortSignal },
  ): Promise<void> {
    const place = this.#place
    if ('database' in place) {
      const answer = new InfluxqlAnswer(sink)
      const form = {
        db: place.database,
        ...(place.retentionPolicy === undefined ? {} : { rp: place.retentionPolicy }),
        q: influxql(query, span),
        epoch: 'ms',
        chunked: 'true',
        chunk_size: '10000',
      }
      await this.#client.ask({ path: 'query', form }, (chunk) => answer.push(chunk), signal)
      answer.finish()
      return
    }
    const answer = new AnnotatedCsv(sink)
    const text = JSON.stringify({
      type: 'flux',
      query: flux(query, span, place.bucket),
      dialect: { header: true, delimiter: ',', annotations: ['datatype', 'group', 'default'] },
    })
    const question = {
      path: 'api/v2/query',
      query: { org: place.org },
      body: { type: 'application/json', text },
      accept: 'application/csv',
    }
    await this.#client.ask(question, (chunk) => answer.push(chunk), signal)
    answer.finish()
  }

  /** What it says of itself; it need not say anything. */
  async version(signal: AbortSignal): Promise<string> {
    const headers = await this.#client.ask({ path: 'ping' }, () => {}, signal)
    const version = headers['x-influxdb-version']
    return typeof version === 'string' ? `version ${version.slice(0, 40)}` : 'its version is not told'
  }
}

export function influxql({ measurement, field, where }: FieldQuery, span: PointSpan): string {
  const conditions = where.map(({ tag, isNot, text, isPattern }) => {
    const operator = isPattern ? (isNot ? '!~' : '=~') : isNot ? '!=' : '='
    return ` AND ${quoted(tag)} ${operator} ${isPattern ? pattern(text) : literal(text)}`
  })
  const limit = span.firstOnly === true ? ' LIMIT 1' : ''
  return `SELECT ${quoted(field)} FROM ${quoted(measurement)} WHERE time >= ${span.fromMs}ms AND time < ${span.toMs}ms${conditions.join('')} GROUP BY *${limit}`
}

export function flux({ measurement, field, where }: FieldQuery, span: PointSpan, bucket: string): string {
  const same = (tag: string, text: string) => `r[${fluxText(tag)}] == ${fluxText(text)}`
  const conditions = [same('_measurement', measurement), same('_field', field), ...where.map(fluxCondition)]
  return [
    `from(bucket: ${fluxText(bucket)})`,
    `range(start: ${new Date(span.fromMs).toISOString()}, stop: ${new Date(span.toMs).toISOString()})`,
    `filter(fn: (r) => ${conditions.join(' and ')})`,
    ...(span.firstOnly === true ? ['limit(n: 1)'] : []),
    'drop(columns: ["_start", "_stop"])',
  ].join('\n  |> ')
}

function fluxCondition({ tag, isNot, text, isPattern }: TagCondition): string {
  const operator = isPattern ? (isNot ? '!~' : '=~') : isNot ? '!=' : '=='
  return `r[${fluxText(tag)}] ${operator} ${isPattern ? pattern(text) : fluxText(text)}`
}

function quoted(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
}

/** Flux fills in `${…}` within a text. */
function fluxText(text: string): string {
  return quoted(text).replaceAll('${', '\\${')
}

function pattern(text: string): string {
  return `/${text.replaceAll(/(?<!\\)\//g, '\\/')}/`
}
