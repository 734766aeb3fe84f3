// What one strategy said about one host, in the form of the ancestor's dumps, column by column: config, epoch, model (free
// and tiers), node (statistics of each slice, what was booked, stability, ratio) and vm. Its readers find every key they
// look for; the samples themselves (raw_data) and the columns of the instances are there only with `withInput`, because
// they are the input once more for every strategy. What the ancestor has no place for stands under `gleaner`.
// Source of the form: ScroogeVM, model/nodemodel.py, slicehost.py, slicevm.py.
import {
  deviationOf,
  type HostEstimate,
  type HostSlice,
  meanOf,
  percentileOfSorted,
  presentSamples,
  type Resource,
  type Samples,
} from '@gleaner/engine/oversubscription'
import type { LabStrategyName } from './lab-strategy.ts'

export interface DumpHead {
  readonly traceName: string
  readonly hostName: string
  readonly strategy: LabStrategyName
  readonly asPublished: boolean
  readonly sliceS: number
  readonly slicesPerScope: number
  readonly historyScopes: number
  readonly aggregation: number
  readonly withInput: boolean
}

const percents = [10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85]
for (let percent = 90; percent < 100; percent++) percents.push(percent)

type Columns = Record<string, unknown[]>

interface SliceStatistics {
  readonly mean: number
  readonly deviation: number
  readonly maximum: number
  readonly percentiles: Record<string, number>
}

function statisticsOf(samples: Samples): SliceStatistics {
  const sorted = presentSamples(samples).slice().sort()
  const mean = meanOf(sorted)
  const percentiles: Record<string, number> = {}
  if (sorted.length > 0) for (const percent of percents) percentiles[percent] = percentileOfSorted(sorted, percent)
  return { mean, deviation: deviationOf(sorted, mean), maximum: sorted.at(-1) ?? Number.NaN, percentiles }
}

/** JSON that is written once and stands in the dump of every strategy. */
class Written {
  readonly text: string

  constructor(value: unknown) {
    this.text = JSON.stringify(value)
  }
}

/** What all strategies share of a slice: by far the most of a dump. */
export interface SharedSlice {
  readonly slice: HostSlice
  readonly columns: Readonly<Record<string, unknown>>
}

export function sharedSlice(slice: HostSlice): SharedSlice {
  const columns = {
    ...statisticsColumns('cpu', statisticsOf(slice.cpu.usage)),
    ...statisticsColumns('mem', statisticsOf(slice.memory.usage)),
    number_of_values: slice.cpu.usage.length,
    vm_list: new Written(slice.instances.map(({ name }) => name)),
  }
  return { slice, columns }
}

const shortNames = { cpu: 'cpu', memory: 'mem' } as const

export class HostDump {
  readonly #head: DumpHead
  readonly #epochs: number[] = []
  readonly #model: Columns = {}
  readonly #node: Columns = {}
  readonly #vm: Record<string, Columns> = {}
  readonly #evidence: Record<Resource, unknown[]> = { cpu: [], memory: [] }
  #last: HostEstimate | undefined

  constructor(head: DumpHead) {
    this.#head = head
  }

  add(shared: SharedSlice, estimate: HostEstimate): void {
    const { slice } = shared
    const row: Record<string, unknown> = { aggregation: this.#head.aggregation, ...shared.columns }
    for (const resource of ['cpu', 'memory'] as const) {
      const short = shortNames[resource]
      const answer = estimate[resource]
      put(this.#model, `free_${short}`, answer.free)
      for (const tier of [0, 1, 2] as const) put(this.#model, `${short}_tier${tier}`, answer.tiers[`tier${tier}`])
      Object.assign(row, {
        [`${short}_config`]: answer.capacity,
        [`${short}_tier0`]: answer.used,
        [`${short}_tier1`]: answer.used,
        [`${short}_tier2`]: answer.capacity,
        [`booked_${short}`]: answer.booked,
        [`${short}_stable_state`]: answer.isStable,
        [`${short}_ratio`]: answer.evidence['deviations'] ?? null,
      })
      this.#evidence[resource].push(answer.evidence)
    }
    row['raw_data'] = this.#head.withInput
      ? rawData(slice.cpu, slice.memory, { vm: slice.instances.map(({ name }) => name) })
      : {}
    for (const [key, value] of Object.entries(row)) put(this.#node, key, value)
    if (this.#head.withInput) this.#addInstances(slice)
    this.#epochs.push(slice.epochS)
    this.#last = estimate
  }

  #addInstances(slice: HostSlice): void {
    for (const { name, cpu, memory } of slice.instances) {
      const columns = (this.#vm[name] ??= {})
      const row: Record<string, unknown> = {
        cpu_config: cpu.allocation,
        mem_config: memory.allocation,
        ...statisticsColumns('cpu', statisticsOf(cpu.usage)),
        ...statisticsColumns('mem', statisticsOf(memory.usage)),
        number_of_values: cpu.usage.length,
        raw_data: rawData(
          { capacity: cpu.allocation, usage: cpu.usage },
          { capacity: memory.allocation, usage: memory.usage },
          {},
        ),
      }
      for (const [key, value] of Object.entries(row)) {
        const column = (columns[key] ??= [])
        // Slices in which the instance was not there.
        while (column.length < this.#epochs.length) column.push(key === 'raw_data' ? {} : 0)
        column.push(value)
      }
    }
    for (const columns of Object.values(this.#vm)) {
      for (const [key, column] of Object.entries(columns)) {
        while (column.length <= this.#epochs.length) column.push(key === 'raw_data' ? {} : 0)
      }
    }
  }

  text(): string {
    const { traceName, hostName, strategy, asPublished, sliceS, slicesPerScope, historyScopes } = this.#head
    const parts: Record<string, string> = {
      config: JSON.stringify({
        node_scope: sliceS * slicesPerScope,
        slice_scope: sliceS,
        number_of_slice: slicesPerScope,
        historical_occurences: historyScopes,
        node_name: hostName,
      }),
      epoch: JSON.stringify(this.#epochs),
      model: columnsText(this.#model),
      node: columnsText(this.#node),
      vm: objectText(Object.entries(this.#vm).map(([name, columns]) => [name, columnsText(columns)])),
      gleaner: JSON.stringify({
        trace: traceName,
        strategy,
        as_published: asPublished,
        fared: { cpu: this.#last?.cpu.fared, memory: this.#last?.memory.fared },
        evidence: this.#evidence,
      }),
    }
    return objectText(Object.entries(parts))
  }
}

function objectText(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`
}

function columnsText(columns: Columns): string {
  return objectText(
    Object.entries(columns).map(([key, values]) => [
      key,
      `[${values.map((value) => (value instanceof Written ? value.text : (JSON.stringify(value) ?? 'null'))).join(',')}]`,
    ]),
  )
}

function statisticsColumns(short: string, statistics: SliceStatistics): Record<string, unknown> {
  return {
    [`${short}_avg`]: statistics.mean,
    [`${short}_std`]: statistics.deviation,
    [`${short}_max`]: statistics.maximum,
    [`${short}_percentile`]: new Written(statistics.percentiles),
  }
}

interface Sized {
  readonly capacity: number
  readonly usage: Samples
}

function rawData(cpu: Sized, memory: Sized, more: Record<string, unknown>): Record<string, unknown> {
  return {
    cpu: [cpu.capacity],
    mem: [memory.capacity],
    cpu_usage: Array.from(cpu.usage),
    mem_usage: Array.from(memory.usage),
    ...more,
  }
}

function put(columns: Columns, key: string, value: unknown): void {
  const column = columns[key]
  if (column === undefined) columns[key] = [value]
  else column.push(value)
}
