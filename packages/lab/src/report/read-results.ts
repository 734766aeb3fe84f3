// What a report shows, taken from the folder of a run: the summary and, dump by dump, the few columns that charts need.
// Dumps of the ancestor itself are taken too where they have the same columns. One dump at a time is in memory.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { judgeSlice, type SliceJudgement, type SliceOutcome } from '@gleaner/engine/oversubscription'
import { splitRow } from '../trace/split-row.ts'

export interface Series {
  readonly strategy: string
  readonly used: readonly number[]
  readonly ratio: readonly number[]
  readonly isStable: readonly boolean[]
  /** Judged against the slice before; of the first slice there is none. */
  readonly judgements: readonly (SliceJudgement | undefined)[]
}

export interface HostResults {
  readonly trace: string
  readonly host: string
  readonly resource: 'cpu' | 'memory'
  readonly epochsS: readonly number[]
  readonly capacity: readonly number[]
  readonly booked: readonly number[]
  readonly mean: readonly number[]
  readonly p99: readonly number[]
  readonly series: Series[]
}

export type SummaryLine = Readonly<Record<string, string>>

export interface Results {
  readonly summary: readonly SummaryLine[]
  readonly hosts: readonly HostResults[]
}

interface DumpFile {
  readonly config: { readonly node_name: string }
  readonly epoch: readonly number[]
  readonly model: Readonly<Record<string, readonly number[]>>
  readonly node: Readonly<Record<string, readonly never[]>>
  readonly gleaner?: { readonly strategy: string; readonly trace: string }
}

const resources = [
  ['cpu', 'cpu'],
  ['memory', 'mem'],
] as const

export function readResults(folder: string): Results {
  const lines = readFileSync(join(folder, 'summary.csv'), 'utf8').trimEnd().split('\n')
  const heads = splitRow(lines[0] as string, ',')
  const summary = lines.slice(1).map((line) => {
    const cells = splitRow(line, ',')
    return Object.fromEntries(heads.map((head, i) => [head, cells[i] ?? '']))
  })
  const hosts = new Map<string, HostResults>()
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith('.dump.json'))
    .sort()) {
    const dump = JSON.parse(readFileSync(join(folder, name), 'utf8')) as DumpFile
    const strategy = dump.gleaner?.strategy ?? name.split('.').at(-3) ?? name
    const trace = dump.gleaner?.trace ?? name.split('.')[0] ?? name
    for (const [resource, short] of resources) {
      const key = `${trace}\n${dump.config.node_name}\n${resource}`
      const column = (of: string): readonly number[] => dump.node[of] ?? []
      const capacity = column(`${short}_config`)
      if (!capacity.some((value) => value > 0)) continue
      const percentiles: readonly Record<string, number>[] = dump.node[`${short}_percentile`] ?? []
      const p99 = percentiles.map((one) => one['99'] ?? Number.NaN)
      // Nothing was measured: there is nothing to show.
      if (!p99.some((value) => Number.isFinite(value))) continue
      let host = hosts.get(key)
      if (host === undefined) {
        host = {
          trace,
          host: dump.config.node_name,
          resource,
          epochsS: dump.epoch,
          capacity,
          booked: column(`booked_${short}`),
          mean: column(`${short}_avg`),
          p99,
          series: [],
        }
        hosts.set(key, host)
      }
      const used = column(`${short}_tier0`)
      const free = dump.model[`free_${short}`] ?? []
      const peaks = column(`${short}_max`)
      const outcomes = used.map(
        (value, i): SliceOutcome => ({
          capacity: capacity[i] as number,
          booked: host.booked[i] as number,
          free: free[i] as number,
          used: value,
          p99: p99[i] as number,
          peak: peaks[i] as number,
          samples: new Float64Array(),
        }),
      )
      host.series.push({
        strategy,
        used,
        ratio: outcomes.map((one) => (one.booked + one.free) / one.capacity),
        isStable: dump.node[`${short}_stable_state`] ?? [],
        judgements: outcomes.map((now, i) => (i === 0 ? undefined : judgeSlice(outcomes[i - 1] as SliceOutcome, now))),
      })
    }
  }
  return { summary, hosts: [...hosts.values()] }
}
