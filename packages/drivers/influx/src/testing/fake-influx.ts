// A database that speaks the HTTP API of InfluxDB for what the driver asks: InfluxQL of 1.x in chunks, Flux of 2.x answered with
// annotated CSV. It reads the questions back from their text, so that what is asked is tested as well.

export interface Asked {
  readonly path: string
  readonly parameters: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface Answered {
  readonly status?: number
  readonly type?: string
  readonly body: string
}

export interface FakePoints {
  readonly measurement: string
  readonly field: string
  readonly tags: Readonly<Record<string, string>>
  readonly samples: readonly (readonly [atMs: number, value: number])[]
}

interface Question {
  readonly measurement: string
  readonly field: string
  readonly conditions: readonly ((tags: Readonly<Record<string, string>>) => boolean)[]
  readonly fromMs: number
  readonly toMs: number
  readonly firstOnly: boolean
}

/** InfluxDB cuts at ten thousand points; a series in several chunks must be met in a small test. */
const chunkPoints = 3

export class FakeInflux {
  readonly points: FakePoints[] = []
  mostSamples = Number.POSITIVE_INFINITY
  readonly #version: 1 | 2
  readonly #authorization: string

  constructor(version: 1 | 2, authorization: string) {
    this.#version = version
    this.#authorization = authorization
  }

  answer(asked: Asked): Answered {
    if (asked.path === '/ping') return { status: 204, body: '' }
    if (asked.headers['authorization'] !== this.#authorization) {
      return { status: 401, body: '{"code":"unauthorized","message":"unauthorized access"}' }
    }
    if (this.#version === 1 && asked.path === '/query') return this.#influxql(asked.parameters)
    if (this.#version === 2 && asked.path === '/api/v2/query') return this.#flux(asked)
    return { status: 404, body: '404 page not found' }
  }

  #influxql(parameters: URLSearchParams): Answered {
    if (parameters.get('db') !== 'usage') {
      return { body: `{"results":[{"statement_id":0,"error":"database not found: ${parameters.get('db')}"}]}\n` }
    }
    const text = parameters.get('q') ?? ''
    const name = '"((?:[^"\\\\]|\\\\.)*)"'
    const head = new RegExp(
      `^SELECT ${name} FROM ${name} WHERE time >= (-?\\d+)ms AND time < (\\d+)ms(.*) GROUP BY \\*( LIMIT 1)?$`,
    ).exec(text)
    if (head === null) return { status: 400, body: '{"error":"error parsing query"}\n' }
    const [, field = '', measurement = '', fromMs, toMs, rest = '', limit] = head
    const conditions = [
      ...rest.matchAll(
        new RegExp(` AND ${name} (=~|!~|!=|=) (?:'((?:[^'\\\\]|\\\\.)*)'|/((?:[^/\\\\]|\\\\.)*)/)`, 'g'),
      ),
    ]
    if (conditions.map(([whole]) => whole).join('') !== rest)
      return { status: 400, body: '{"error":"error parsing query"}\n' }
    const series = this.#find({
      measurement: unescaped(measurement),
      field: unescaped(field),
      conditions: conditions.map(([, tag = '', operator = '', literal, pattern]) =>
        condition(unescaped(tag), operator, literal === undefined ? pattern : unescaped(literal)),
      ),
      fromMs: Number(fromMs),
      toMs: Number(toMs),
      firstOnly: limit !== undefined,
    })
    if (this.#tooMany(series)) {
      return { body: '{"results":[{"statement_id":0,"error":"max-select-point limit exceeded: (10/5)"}]}\n' }
    }
    if (series.length === 0) return { body: '{"results":[{"statement_id":0}]}\n' }
    const allTags = [...new Set(series.flatMap(({ tags }) => Object.keys(tags)))].sort()
    const documents = series.flatMap(({ tags, samples }) => {
      const chunks: string[] = []
      for (let at = 0; at < samples.length; at += chunkPoints) {
        const values = samples
          .slice(at, at + chunkPoints)
          .map(([atMs, value]) => [atMs, Number.isFinite(value) ? value : null])
        const named = Object.fromEntries(allTags.map((tag) => [tag, tags[tag] ?? '']))
        const one = { name: unescaped(measurement), tags: named, columns: ['time', unescaped(field)], values }
        chunks.push(`${JSON.stringify({ results: [{ statement_id: 0, series: [one] }] })}\n`)
      }
      return chunks
    })
    return { body: documents.join('') }
  }

  #flux({ parameters, body, headers }: Asked): Answered {
    if (parameters.get('org') !== 'lab')
      return { status: 404, body: '{"code":"not found","message":"organization not found"}' }
    if (headers['content-type'] !== 'application/json') return { status: 415, body: '' }
    const { query, dialect } = JSON.parse(body) as { query: string; dialect: { annotations: readonly string[] } }
    const text = '"((?:[^"\\\\]|\\\\.)*)"'
    const parsed = new RegExp(
      `^from\\(bucket: ${text}\\)\\s+\\|> range\\(start: (\\S+), stop: (\\S+)\\)\\s+\\|> filter\\(fn: \\(r\\) => (.*)\\)\\s+(\\|> limit\\(n: 1\\)\\s+)?\\|> drop\\(columns: \\["_start", "_stop"\\]\\)$`,
    ).exec(query)
    if (parsed === null) return { status: 400, body: '{"code":"invalid","message":"compilation failed"}' }
    const [, bucket, start, stop, filter = '', limit] = parsed
    if (bucket !== 'usage') {
      return { status: 404, body: `{"code":"not found","message":"could not find bucket \\"${bucket}\\""}` }
    }
    const all = [
      ...filter.matchAll(new RegExp(`r\\[${text}\\] (==|!=|=~|!~) (?:${text}|/((?:[^/\\\\]|\\\\.)*)/)(?: and )?`, 'g')),
    ]
    if (all.map(([whole]) => whole).join('') !== filter)
      return { status: 400, body: '{"code":"invalid","message":"compilation failed"}' }
    const [measurement, field, ...others] = all.map(([, tag = '', operator = '', literal, pattern]) => ({
      tag: unescaped(tag),
      operator,
      text: literal === undefined ? pattern : unescaped(literal),
    }))
    const series = this.#find({
      measurement: measurement?.text ?? '',
      field: field?.text ?? '',
      conditions: others.map((each) => condition(each.tag, each.operator, each.text)),
      fromMs: Date.parse(start ?? ''),
      toMs: Date.parse(stop ?? ''),
      firstOnly: limit !== undefined,
    })
    if (this.#tooMany(series))
      return { status: 503, body: '{"code":"unavailable","message":"memory allocation limit reached"}' }
    if (dialect.annotations.length !== 3) return { status: 400, body: '' }
    return { type: 'text/csv; charset=utf-8', body: csv(series) }
  }

  #find(question: Question): readonly FakePoints[] {
    return this.points
      .filter(
        ({ measurement, field, tags }) =>
          measurement === question.measurement &&
          field === question.field &&
          question.conditions.every((holds) => holds(tags)),
      )
      .map((each) => {
        const samples = each.samples.filter(([atMs]) => atMs >= question.fromMs && atMs < question.toMs)
        return { ...each, samples: question.firstOnly ? samples.slice(0, 1) : samples }
      })
      .filter(({ samples }) => samples.length > 0)
  }

  #tooMany(series: readonly FakePoints[]): boolean {
    return series.reduce((sum, { samples }) => sum + samples.length, 0) > this.mostSamples
  }
}

/** Tables of equal columns share a head, as InfluxDB writes them. */
function csv(series: readonly FakePoints[]): string {
  const blocks = new Map<string, { names: readonly string[]; rows: string[]; tables: number }>()
  for (const { measurement, field, tags, samples } of series) {
    const names = Object.keys(tags).sort()
    const key = JSON.stringify(names)
    const block = blocks.get(key) ?? { names, rows: [], tables: 0 }
    blocks.set(key, block)
    const table = block.tables++
    for (const [atMs, value] of samples) {
      const cells = ['', '', String(table), new Date(atMs).toISOString(), numberText(value), field, measurement]
      block.rows.push([...cells, ...names.map((name) => cell(tags[name] ?? ''))].join(','))
    }
  }
  return [...blocks.values()]
    .map(({ names, rows }) => {
      const types = ['string', 'long', 'dateTime:RFC3339', 'double', 'string', 'string', ...names.map(() => 'string')]
      const groups = ['false', 'false', 'false', 'false', 'true', 'true', ...names.map(() => 'true')]
      const head = [
        `#datatype,${types.join(',')}`,
        `#group,${groups.join(',')}`,
        `#default,_result${','.repeat(types.length - 1)}`,
        `,result,table,_time,_value,_field,_measurement${names.map((name) => `,${cell(name)}`).join('')}`,
      ]
      return [...head, ...rows, ''].map((line) => `${line}\r\n`).join('')
    })
    .join('')
}

function condition(tag: string, operator: string, text = ''): (tags: Readonly<Record<string, string>>) => boolean {
  return (tags) => {
    const value = tags[tag] ?? ''
    const isMatch = operator.endsWith('~') ? new RegExp(text).test(value) : value === text
    return operator.startsWith('!') ? !isMatch : isMatch
  }
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
}
