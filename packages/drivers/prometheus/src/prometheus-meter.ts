// Power that somebody else measures and a Prometheus keeps: Scaphandre, Kepler, any other by an expression. One question gives
// all hosts; an outlet is the value of the label that names the host. What the database no longer has is silent.
import { GleanerError, type ErrorCode, type OutletFault } from '@gleaner/model'
import type { CheckItem, Clock, OutletReading, PowerMeter } from '@gleaner/ports'
import { AnswerFault, type AnswerFaultKind, HttpClient } from '@gleaner/wire-timeseries'
import { PrometheusApi } from './prometheus-api.ts'

export interface PrometheusMeterOptions {
  readonly id: string
  readonly url: string
  readonly clock: Clock
  /** PromQL whose answer is one value per host. */
  readonly expression: string
  readonly wattsPerUnit: number
  /** Which label names the host. */
  readonly label: string
  readonly authorization?: string | undefined
  readonly ca?: string | undefined
  readonly timeoutMs?: number | undefined
}

/** Power of a host as exporters tell it. Both know CPU and memory (RAPL), and not the rest of the machine. */
export const powerPresets = {
  scaphandre: { expression: 'sum by (instance) (scaph_host_power_microwatts)', wattsPerUnit: 1e-6, label: 'instance' },
  kepler: {
    expression: 'sum by (instance) (rate(kepler_node_cpu_joules_total{zone=~"package.*|dram.*"}[1m]))',
    wattsPerUnit: 1,
    label: 'instance',
  },
  'kepler-platform': { expression: 'sum by (node_name) (kepler_platform_watts)', wattsPerUnit: 1, label: 'node_name' },
} as const
export type PowerPreset = keyof typeof powerPresets
export const powerPresetNames = Object.keys(powerPresets) as PowerPreset[]

const codes: Readonly<Record<AnswerFaultKind, ErrorCode>> = {
  unreachable: 'meter-unavailable',
  disconnected: 'meter-unavailable',
  deadline: 'meter-unavailable',
  overloaded: 'meter-unavailable',
  refused: 'meter-refused',
  missing: 'meter-broken',
  rejected: 'meter-broken',
  'too-large': 'meter-broken',
  protocol: 'meter-broken',
}
const mostAnswerBytes = 16 * 1_048_576

export class PrometheusMeter implements PowerMeter {
  readonly id: string
  readonly kind = 'prometheus'
  readonly address: string
  readonly isEstimate = false
  readonly #options: PrometheusMeterOptions
  readonly #client: HttpClient
  readonly #api: PrometheusApi
  #isClosed = false

  constructor(options: PrometheusMeterOptions) {
    this.id = options.id
    this.address = options.url
    this.#options = options
    const { authorization, ca } = options
    this.#client = new HttpClient({
      url: options.url,
      headers: authorization === undefined ? {} : { authorization },
      ...(ca === undefined ? {} : { ca }),
      timeoutMs: options.timeoutMs ?? 10_000,
      maxBytes: mostAnswerBytes,
    })
    this.#api = new PrometheusApi(this.#client, false)
  }

  async check(outlets: readonly string[], signal: AbortSignal): Promise<readonly CheckItem[]> {
    try {
      const without = (await this.read(outlets, signal)).filter(({ fault }) => fault !== undefined)
      return [
        { what: this.address, ok: true, detail: `answers for ${outlets.length - without.length} hosts` },
        ...without.map(({ outlet, fault }) => ({
          what: `host ${outlet}`,
          ok: false,
          detail: `no figure (${fault})`,
          remedy: `Name it under outlets as the label ${this.#options.label} has it.`,
        })),
      ]
    } catch (error) {
      if (!(error instanceof GleanerError)) throw error
      return [{ what: this.address, ok: false, detail: error.message, remedy: error.remedy }]
    }
  }

  async read(outlets: readonly string[], signal: AbortSignal): Promise<readonly OutletReading[]> {
    signal.throwIfAborted()
    if (this.#isClosed) throw new GleanerError('meter-unavailable', { meter: this.id, detail: 'it is closed' })
    const values = await this.#values(signal)
    const { clock, wattsPerUnit } = this.#options
    const nowMs = clock.nowMs()
    return outlets.map((outlet) => {
      const value = values.get(outlet)
      const powerW = value === undefined || !Number.isFinite(value) ? undefined : value * wattsPerUnit
      const fault: OutletFault | undefined =
        value === undefined ? 'absent' : powerW === undefined ? 'unmeasured' : undefined
      return { outlet, atMs: nowMs, powerW, energyJ: undefined, fault }
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#client.close()
  }

  async #values(signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const { id, expression, label } = this.#options
    const values = new Map<string, number>()
    let host: string | undefined
    try {
      await this.#api.now(expression, {
        signal,
        sink: {
          begin: (_, labels) => {
            host = labels()[label]
            return host !== undefined
          },
          sample: (_, value) => {
            // Two values of one host are two things that the expression should have added up: no figure is neither.
            if (host !== undefined) values.set(host, values.has(host) ? Number.NaN : value)
          },
        },
      })
      return values
    } catch (error) {
      if (!(error instanceof AnswerFault)) throw error
      throw new GleanerError(codes[error.fault], { meter: id, detail: error.message }, { cause: error })
    }
  }
}
