// Samples the usage of one host and its running domains. Keeps the last reading of each counter and nothing else.
import { hostId, instanceId, metrics, type CloudId, type Metric } from '@gleaner/model'
import {
  type CallOptions,
  domainStates,
  type DomainStats,
  getAllDomainStats,
  listFlags,
  type RpcClient,
  statsGroups,
  statsNoWait,
} from '@gleaner/wire-libvirt'
import { counters, memoryFigure, number } from './domain-usage.ts'
import { nodeCpu, nodeMemory, type NodeFigures } from './node-figures.ts'
import { ratesBetween, type Counters } from './usage-rates.ts'

export interface SampleRow {
  readonly subject: string
  readonly atMs: number
  readonly values: Partial<Record<Metric, number>>
}

interface Known {
  readonly counters: Counters
  /** When the guest's own memory figure last changed its time, and that time. */
  readonly said: { readonly saidAtS: number; readonly noticedAtMs: number } | undefined
}

const { state, cpu, balloon, vcpu, interface: network, block } = statsGroups
const query = { groups: state | cpu | balloon | vcpu | network | block, flags: listFlags.active | statsNoWait }

/** A guest that has not told its memory for so long has stopped telling it. */
const memoryFreshMs = 5 * 60_000

export class UsageMeter {
  readonly #cloudId: CloudId
  readonly #hostName: string
  readonly #domains = new Map<string, Known>()
  #host: Counters | undefined

  constructor(cloudId: CloudId, hostName: string) {
    this.#cloudId = cloudId
    this.#hostName = hostName
  }

  async read(
    rpc: RpcClient,
    call: CallOptions,
    now: { readonly clockMs: () => number; readonly monotonicMs: () => number },
  ): Promise<readonly SampleRow[]> {
    const rows: SampleRow[] = []
    const records = await getAllDomainStats(rpc, query, call)
    const at = { atMs: now.clockMs(), monotonicMs: now.monotonicMs() }
    const seen = new Set<string>()
    for (const record of records) {
      if (!isRunning(record)) continue
      seen.add(record.domain.uuid)
      rows.push(this.#domainRow(record, at))
    }
    for (const uuid of this.#domains.keys()) if (!seen.has(uuid)) this.#domains.delete(uuid)
    const cpuNs = await nodeCpu(rpc, call)
    const memoryKiB = await nodeMemory(rpc, call)
    rows.push(this.#hostRow(cpuNs, memoryKiB, { atMs: now.clockMs(), monotonicMs: now.monotonicMs() }))
    return rows
  }

  #domainRow(record: DomainStats, at: { readonly atMs: number; readonly monotonicMs: number }): SampleRow {
    const { uuid } = record.domain
    const known = this.#domains.get(uuid)
    const current = counters(record, at.monotonicMs)
    const rates = ratesBetween(known?.counters, current)
    const isFresh = (saidAtS: number) =>
      known?.said === undefined ||
      saidAtS !== known.said.saidAtS ||
      at.monotonicMs - known.said.noticedAtMs < memoryFreshMs
    const { usedMiB, saidAtS } = memoryFigure(record, isFresh)
    const said =
      saidAtS === undefined || saidAtS === known?.said?.saidAtS ? known?.said : { saidAtS, noticedAtMs: at.monotonicMs }
    this.#domains.set(uuid, { counters: current, said })
    const vcpus = number(record, 'vcpu.current')
    return {
      subject: instanceId(this.#cloudId, uuid),
      atMs: at.atMs,
      values: {
        // The emulator's own threads can push a busy guest above what it was sold; the host's figure shows them.
        cpu: rates.cores > vcpus ? vcpus : rates.cores,
        memory: usedMiB,
        networkRx: rates.rxBytesPerS,
        networkTx: rates.txBytesPerS,
        disk: rates.diskBytesPerS,
      },
    }
  }

  #hostRow(
    cpuNs: NodeFigures,
    memoryKiB: NodeFigures,
    at: { readonly atMs: number; readonly monotonicMs: number },
  ): SampleRow {
    const busyNs = (cpuNs.get('kernel') ?? Number.NaN) + (cpuNs.get('user') ?? Number.NaN)
    const current = {
      life: 0,
      atMs: at.monotonicMs,
      cpuNs: busyNs,
      rxBytes: Number.NaN,
      txBytes: Number.NaN,
      diskBytes: Number.NaN,
    }
    const { cores } = ratesBetween(this.#host, current)
    this.#host = current
    const [total, ...reclaimable] = ['total', 'free', 'buffers', 'cached'].map((name) => memoryKiB.get(name))
    const usedKiB = reclaimable.reduce<number>((rest, part) => rest - (part ?? 0), total ?? Number.NaN)
    return {
      subject: hostId(this.#cloudId, this.#hostName),
      atMs: at.atMs,
      values: { cpu: cores, memory: Math.max(0, usedKiB) / 1024 },
    }
  }
}

export function toBatch(rows: readonly SampleRow[]) {
  const values = new Float64Array(rows.length * metrics.length).fill(Number.NaN)
  const atMs = new Float64Array(rows.length)
  rows.forEach((row, index) => {
    atMs[index] = row.atMs
    metrics.forEach((metric, column) => {
      values[index * metrics.length + column] = row.values[metric] ?? Number.NaN
    })
  })
  return { subjects: rows.map((row) => row.subject), atMs, values }
}

/** Paused domains use no core and say nothing about being idle. */
function isRunning(record: DomainStats): boolean {
  const value = number(record, 'state.state')
  return value === domainStates.running || value === domainStates.blocked
}
