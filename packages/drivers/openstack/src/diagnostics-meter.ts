// Usage from nova's server diagnostics: what the hypervisor counts for one server, at two calls for each (whether it still
// runs is asked first: some hypervisors answer for a suspended guest as well). That is dear, so it is bounded: in one sampling at most so many are read, those first that waited longest. Rates are differences of two
// readings of the same guest over the time between them, by our own clock.
//
// Nova's memory figure is what the guest has at the moment (its balloon), not what it touches: it is an upper bound.
import { emptyBatch, type InstanceId, metrics, type Metric, type SampleBatch } from '@gleaner/model'
import type { NovaClient, NovaDiagnostics } from '@gleaner/wire-openstack'
import { isStatus } from '@gleaner/wire-openstack'
import { eachAtOnce } from './each-at-once.ts'
import { instanceState } from './instance-state.ts'

export interface Metered {
  readonly id: InstanceId
  readonly serverId: string
  readonly vcpus: number
  readonly memoryMiB: number
}

interface Reading {
  readonly atMs: number
  readonly told: NovaDiagnostics
}

interface Row {
  readonly id: InstanceId
  readonly atMs: number
  readonly values: Partial<Record<Metric, number>>
}

const readersAtOnce = 6
const nsPerMs = 1e6
const msPerS = 1000

export class DiagnosticsMeter {
  readonly #most: number
  readonly #nowMs: () => number
  /** By instance; those read longest ago first. */
  readonly #last = new Map<InstanceId, Reading | undefined>()

  constructor(most: number, nowMs: () => number) {
    this.#most = most
    this.#nowMs = nowMs
  }

  /** Of the running ones among them. */
  async sample(nova: NovaClient, running: readonly Metered[], signal: AbortSignal): Promise<SampleBatch> {
    const byId = new Map(running.map((metered) => [metered.id, metered]))
    for (const id of this.#last.keys()) if (!byId.has(id)) this.#last.delete(id)
    const fresh = running.filter(({ id }) => !this.#last.has(id))
    const waiting = [...this.#last.keys()].flatMap((id) => byId.get(id) ?? [])
    const chosen = [...fresh, ...waiting].slice(0, this.#most)
    const rows = await eachAtOnce(readersAtOnce, chosen, (metered) => this.#read(nova, metered, signal))
    return toBatch(rows.filter((row) => row !== undefined))
  }

  async #read(nova: NovaClient, metered: Metered, signal: AbortSignal): Promise<Row | undefined> {
    const before = this.#last.get(metered.id)
    const told = await readOne(nova, metered.serverId, signal).catch((error: unknown) => {
      // One guest that its hypervisor cannot tell about does not hide the others.
      if (isStatus(error, 400, 404, 409, 500, 501)) return undefined
      throw error
    })
    const atMs = this.#nowMs()
    this.#last.delete(metered.id)
    this.#last.set(metered.id, told && { atMs, told })
    if (told === undefined) return undefined
    return { id: metered.id, atMs, values: usage({ atMs, told }, before, metered) }
  }
}

/** Undefined when it does not run. */
async function readOne(nova: NovaClient, id: string, signal: AbortSignal): Promise<NovaDiagnostics | undefined> {
  const server = await nova.server(id, signal)
  return server !== undefined && instanceState(server) === 'running' ? nova.diagnostics(id, signal) : undefined
}

function usage(now: Reading, before: Reading | undefined, { vcpus, memoryMiB }: Metered): Row['values'] {
  const rate = (key: 'cpuTimeNs' | 'receivedBytes' | 'sentBytes' | 'diskBytes') => {
    const counted = now.told[key]
    const old = before?.told[key]
    const elapsedMs = now.atMs - (before?.atMs ?? now.atMs)
    // A counter that went back belongs to another life of the guest.
    return counted === undefined || old === undefined || elapsedMs <= 0 || counted < old
      ? undefined
      : (counted - old) / elapsedMs
  }
  const perSecond = (perMs: number | undefined) => (perMs === undefined ? Number.NaN : perMs * msPerS)
  const cores = rate('cpuTimeNs')
  const memory = now.told.memoryUsedMiB
  return {
    cpu: cores === undefined ? Number.NaN : Math.min(cores / nsPerMs, vcpus),
    memory: memory === undefined ? Number.NaN : Math.min(memory, memoryMiB),
    networkRx: perSecond(rate('receivedBytes')),
    networkTx: perSecond(rate('sentBytes')),
    disk: perSecond(rate('diskBytes')),
  }
}

function toBatch(rows: readonly Row[]): SampleBatch {
  const batch = emptyBatch(rows.length)
  rows.forEach(({ id, atMs, values }, row) => {
    batch.subjects.push(id)
    batch.atMs[row] = atMs
    metrics.forEach((metric, column) => {
      batch.values[row * metrics.length + column] = values[metric] ?? Number.NaN
    })
  })
  return batch
}
