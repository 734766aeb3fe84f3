// How large a host is that a trace does not tell: as said, or by what was ever booked on it at once. One that is smaller than
// what its instances use all the same is no host that could have been: told once, by name, for every figure of it misleads.
import type { TraceSink } from './trace-sink.ts'

type Resource = 'cpu' | 'memory'

export interface MadeHostOptions {
  readonly sink: TraceSink
  readonly soldRatio: number
  readonly hostCores?: number
  readonly hostMemoryMB?: number
  readonly file: string
}

interface Most {
  readonly used: number
  readonly slice: number
}

const words = {
  cpu: { unit: 'cores', option: '--host-cores' },
  memory: { unit: 'MB of memory', option: '--host-memory' },
} as const

export class MadeHosts {
  readonly #options: MadeHostOptions
  readonly #most: Record<Resource, Map<number, Most>> = { cpu: new Map(), memory: new Map() }

  constructor(options: MadeHostOptions) {
    this.#options = options
  }

  capacity(host: number, resource: Resource): number {
    const said = this.#said(resource)
    const told = said ?? this.#told(host, resource)
    if (told !== undefined) return told
    const { sink, soldRatio } = this.#options
    return Math.max(1, Math.round(sink.mostBooked(host, resource) / soldRatio))
  }

  /** What its instances use together. */
  see(host: number, { slice, ...usage }: { readonly slice: number } & Readonly<Record<Resource, Float64Array>>): void {
    for (const resource of ['cpu', 'memory'] as const) {
      const most = this.#most[resource]
      let used = most.get(host)?.used ?? 0
      for (const value of usage[resource]) {
        if (!(value > used)) continue
        used = value
        most.set(host, { used, slice })
      }
    }
  }

  sayTooSmall(): void {
    const { sink, file } = this.#options
    for (const resource of ['cpu', 'memory'] as const)
      for (const [host, { used, slice }] of this.#most[resource]) {
        const capacity = this.capacity(host, resource)
        if (used <= capacity || (this.#said(resource) === undefined && this.#told(host, resource) !== undefined))
          continue
        const { unit, option } = words[resource]
        const name = sink.hosts[host] ?? ''
        const detail = `${name === '' ? 'the host' : `host "${name}"`} has ${capacity} ${unit}${this.#reason(host, resource)}, but its instances use up to ${shown(used)}: what is said of it misleads; see --sold-ratio and ${option}`
        sink.fault('host-too-small', file, { position: `slice ${slice}`, detail })
      }
  }

  #said(resource: Resource): number | undefined {
    return resource === 'cpu' ? this.#options.hostCores : this.#options.hostMemoryMB
  }

  /** By the trace. */
  #told(host: number, resource: Resource): number | undefined {
    const told = this.#options.sink.capacities.get(host)?.[resource]
    return told === undefined || Number.isNaN(told) ? undefined : told
  }

  #reason(host: number, resource: Resource): string {
    const { sink, soldRatio } = this.#options
    if (this.#said(resource) !== undefined) return ', as said'
    const sold = sink.mostBooked(host, resource)
    return sold === 0 ? ', for nothing tells its size' : `, made of ${shown(sold)} sold at ${soldRatio} to 1`
  }
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)))
}
