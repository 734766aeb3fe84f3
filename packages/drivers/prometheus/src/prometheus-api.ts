// The questions to a Prometheus-compatible database: raw samples of a selector, an expression over steps, a value now.
// Raw samples come from `/api/v1/export` where that is (VictoriaMetrics streams there what it has stored), else from
// `/api/v1/query` with a range selector, which every one of them answers with the samples as they were scraped, gaps and all.
import {
  AnswerFault,
  ExportLines,
  type HttpClient,
  PrometheusAnswer,
  type SeriesSink,
  type Span,
} from '@gleaner/wire-timeseries'

export interface Asking {
  readonly sink: SeriesSink
  readonly signal: AbortSignal
}

export class PrometheusApi {
  readonly #client: HttpClient
  #exports: boolean | undefined

  constructor(client: HttpClient, mayExport: boolean) {
    this.#client = client
    if (!mayExport) this.#exports = false
  }

  async raw(selector: string, span: Span, { sink, signal }: Asking): Promise<readonly string[]> {
    const fromMs = span.fromMs - span.reachMs
    const toMs = span.toMs + span.reachMs
    if (await this.#canExport(signal)) {
      const answer = new ExportLines(sink)
      const form = { 'match[]': selector, start: seconds(fromMs), end: seconds(toMs) }
      await this.#client.ask({ path: 'api/v1/export', form }, (chunk) => answer.push(chunk), signal)
      answer.finish()
      return []
    }
    // The range is open at its beginning in some versions: one millisecond more includes it in all.
    const form = { query: `${selector}[${toMs - fromMs + 1}ms]`, time: seconds(toMs) }
    return this.#ask({ path: 'api/v1/query', form }, { sink, signal })
  }

  /** The value at the beginning of each step. */
  async steps(expression: string, span: Span, asking: Asking): Promise<readonly string[]> {
    const lastMs = span.toMs - span.stepMs
    if (lastMs < span.fromMs) return []
    const form = { query: expression, start: seconds(span.fromMs), end: seconds(lastMs), step: seconds(span.stepMs) }
    return this.#ask({ path: 'api/v1/query_range', form }, asking)
  }

  /** What an expression comes to now, series by series. */
  now(expression: string, asking: Asking): Promise<readonly string[]> {
    return this.#ask({ path: 'api/v1/query', form: { query: expression } }, asking)
  }

  /** The only value of an expression now; NaN when it has none. */
  async number(expression: string, signal: AbortSignal): Promise<number> {
    let found = Number.NaN
    const sink: SeriesSink = {
      begin: () => true,
      sample: (_, value) => {
        found = value
      },
    }
    await this.#ask({ path: 'api/v1/query', form: { query: expression } }, { sink, signal })
    return found
  }

  /** What it says of itself; it need not say anything. */
  async version(signal: AbortSignal): Promise<string> {
    const bytes: Buffer[] = []
    try {
      await this.#client.ask({ path: 'api/v1/status/buildinfo' }, (chunk) => bytes.push(chunk), signal)
      const { data } = JSON.parse(Buffer.concat(bytes).toString('utf8')) as { data?: { version?: unknown } }
      if (typeof data?.version === 'string') return `version ${data.version.slice(0, 40)}`
    } catch {
      signal.throwIfAborted()
    }
    return (await this.#canExport(signal)) ? 'VictoriaMetrics' : 'its version is not told'
  }

  async #ask(
    question: { readonly path: string; readonly form: Readonly<Record<string, string>> },
    { sink, signal }: Asking,
  ) {
    const answer = new PrometheusAnswer(sink)
    await this.#client.ask(question, (chunk) => answer.push(chunk), signal)
    return answer.finish()
  }

  /** Asked once: a database does not learn it. Whoever may not export is told so in the same way as who cannot. */
  async #canExport(signal: AbortSignal): Promise<boolean> {
    if (this.#exports !== undefined) return this.#exports
    const answer = new ExportLines({ begin: () => false, sample: () => {} })
    try {
      const query = { 'match[]': '{__name__="gleaner_asks_whether_this_exports"}', start: '1', end: '2' }
      await this.#client.ask({ path: 'api/v1/export', query }, (chunk) => answer.push(chunk), signal)
      answer.finish()
      this.#exports = true
    } catch (error) {
      const isNo = error instanceof AnswerFault && ['missing', 'refused', 'rejected', 'protocol'].includes(error.fault)
      if (!isNo) throw error
      this.#exports = false
    }
    return this.#exports
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
