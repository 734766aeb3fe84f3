// A database that speaks the HTTP API of Prometheus (and, when asked to, the export of VictoriaMetrics) for the part of
// PromQL that the driver uses: selectors with matchers, range selectors at a moment, and the count of what a selector had.
// Expressions are not worked out: their answers are put in as they are.

export interface Asked {
  readonly path: string
  readonly parameters: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface Answered {
  readonly status?: number
  readonly type?: string
  readonly body: string
}

export interface FakeSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly (readonly [atMs: number, value: number])[]
}

export interface FakeOptions {
  readonly exports: boolean
  /** What callers must send as authorization. */
  readonly authorization?: string
}

export class FakePrometheus {
  readonly series: FakeSeries[] = []
  /** Answers of expressions, by their text. */
  readonly expressions = new Map<string, readonly FakeSeries[]>()
  /** What expressions come to at this moment: the last sample of each series. */
  readonly instants = new Map<string, readonly FakeSeries[]>()
  mostSamples = Number.POSITIVE_INFINITY
  warnings: readonly string[] = []
  readonly #options: FakeOptions

  constructor(options: FakeOptions) {
    this.#options = options
  }

  answer(asked: Asked): Answered {
    const { authorization } = this.#options
    if (authorization !== undefined && asked.headers['authorization'] !== authorization)
      return { status: 401, body: 'no' }
    const text = (name: string) => asked.parameters.get(name) ?? ''
    const ms = (name: string) => Math.round(Number(text(name)) * 1000)
    switch (asked.path) {
      case '/api/v1/status/buildinfo':
        return this.#options.exports ? { body: '{"status":"success","data":{}}' } : success({ version: '2.42.0' })
      case '/api/v1/query':
        return this.#query(text('query'), text('time') === '' ? Number.POSITIVE_INFINITY : ms('time'))
      case '/api/v1/query_range':
        return this.#range(text('query'), { fromMs: ms('start'), toMs: ms('end'), stepMs: ms('step') })
      case '/api/v1/export':
        if (!this.#options.exports) return { status: 404, body: '404 page not found' }
        return this.#export(text('match[]'), ms('start'), ms('end'))
      default:
        return { status: 404, body: '404 page not found' }
    }
  }

  #query(query: string, atMs: number): Answered {
    if (query === 'vector(1)') return success({ resultType: 'vector', result: [{ metric: {}, value: [1, '1'] }] })
    const instant = this.instants.get(query)
    if (instant !== undefined)
      return success({
        resultType: 'vector',
        result: instant.map(({ labels, samples }) => {
          const [at, value] = samples.at(-1) ?? [0, Number.NaN]
          return { metric: labels, value: [at / 1000, numberText(value)] }
        }),
      })
    const counted = /^count\((?:last_over_time\((.*)\[\d+ms\]\)|(.*))\)$/.exec(query)
    if (counted !== null) {
      const found = counted[1] === undefined ? (this.expressions.get(counted[2] ?? '') ?? []) : this.#select(counted[1])
      const result = found.length === 0 ? [] : [{ metric: {}, value: [1, String(found.length)] }]
      return success({ resultType: 'vector', result })
    }
    const range = /^(.*)\[(\d+)ms\]$/.exec(query)
    if (range === null) return { status: 400, body: '{"status":"error","errorType":"bad_data","error":"parse error"}' }
    const fromMs = atMs - Number(range[2])
    const found = this.#select(range[1] ?? '').map(({ labels, samples }) => ({
      labels,
      samples: samples.filter(([at]) => at > fromMs && at <= atMs),
    }))
    return this.#matrix(found)
  }

  #range(query: string, { fromMs, toMs, stepMs }: { fromMs: number; toMs: number; stepMs: number }): Answered {
    const found = (this.expressions.get(query) ?? []).map(({ labels, samples }) => ({
      labels,
      samples: samples.filter(([at]) => at >= fromMs && at <= toMs && (at - fromMs) % stepMs === 0),
    }))
    return this.#matrix(found)
  }

  #matrix(found: readonly FakeSeries[]): Answered {
    const there = found.filter(({ samples }) => samples.length > 0)
    if (this.#tooMany(there)) {
      const error = 'query processing would load too many samples into memory in query execution'
      return { status: 422, body: JSON.stringify({ status: 'error', errorType: 'execution', error }) }
    }
    const result = there.map(({ labels, samples }) => ({
      metric: labels,
      values: samples.map(([atMs, value]) => [atMs / 1000, numberText(value)]),
    }))
    return success({ resultType: 'matrix', result }, this.warnings)
  }

  #export(selector: string, fromMs: number, toMs: number): Answered {
    const found = this.#select(selector)
      .map(({ labels, samples }) => ({ labels, samples: samples.filter(([at]) => at >= fromMs && at <= toMs) }))
      .filter(({ samples }) => samples.length > 0)
    if (this.#tooMany(found))
      return { status: 422, body: 'the number of matching samples exceeds -search.maxSamplesPerQuery' }
    const lines = found.map(({ labels, samples }) => {
      const values = samples.map(([, value]) => (Number.isNaN(value) ? 'null' : numberText(value)))
      const times = samples.map(([atMs]) => atMs)
      return `{"metric":${JSON.stringify(labels)},"values":[${values.join(',')}],"timestamps":[${times.join(',')}]}\n`
    })
    return { type: 'application/stream+json', body: lines.join('') }
  }

  #tooMany(found: readonly FakeSeries[]): boolean {
    return found.reduce((sum, { samples }) => sum + samples.length, 0) > this.mostSamples
  }

  #select(selector: string): readonly FakeSeries[] {
    const parsed = /^([a-zA-Z_:][\w:]*)?(?:\{(.*)\})?$/.exec(selector)
    if (parsed === null) throw new Error(`the fake does not understand ${selector}`)
    const matchers = [...(parsed[2] ?? '').matchAll(/(\w+)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"/g)]
    return this.series.filter(
      ({ labels }) =>
        (parsed[1] === undefined || labels['__name__'] === parsed[1]) &&
        matchers.every(([, label = '', operator = '', text = '']) => {
          const value = labels[label] ?? ''
          const isMatch = operator.endsWith('~')
            ? new RegExp(`^(?:${text})$`).test(value)
            : value === JSON.parse(`"${text}"`)
          return operator.startsWith('!') ? !isMatch : isMatch
        }),
    )
  }
}

function success(data: unknown, warnings: readonly string[] = []): Answered {
  return { body: JSON.stringify({ status: 'success', data, ...(warnings.length > 0 ? { warnings } : {}) }) }
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}
