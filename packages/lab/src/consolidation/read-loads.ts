// The processor loads of a day, one row an instance: a share of its size at each step of the clock, wherever it was. A hole
// counts with the value before it: a lost sample is never a reason to call an instance idle. Before its first and after its
// last value an instance is not there.
import { GleanerError } from '@gleaner/model/errors'
import type { FaultLog } from '../trace/fault-log.ts'
import { openTrace } from '../trace/open-trace.ts'

export interface Loads {
  readonly name: string
  readonly stepS: number
  /** [instance][step], 0..1; NaN while the instance is not there. */
  readonly shares: readonly Float64Array[]
}

const scopeS = 3600
const wantedStepS = 300

export async function readLoads(path: string, faults: FaultLog): Promise<Loads> {
  const options = { scopeS, stepS: wantedStepS, instancesPerHost: 1, coresPerInstance: 1 }
  const trace = await openTrace(path, options, { faults, onBytes: () => undefined })
  try {
    const perSlice = Math.max(1, Math.round(trace.sliceS / wantedStepS))
    const rows = new Map<string, number[]>()
    let steps = 0
    for (const { host, slice } of trace.slices()) {
      steps = Math.max(steps, (slice.index + 1) * perSlice)
      for (const { name, cpu } of slice.instances) {
        const key = `${host}\n${name}`
        const row = rows.get(key) ?? []
        rows.set(key, row)
        for (const [step, cores] of inSteps(cpu.usage, perSlice).entries())
          row[slice.index * perSlice + step] = Math.min(1, cores / cpu.allocation)
      }
    }
    const lives = [...rows.values()].map((row) => ({ row, ...lifeOf(row) })).filter(({ first }) => first >= 0)
    // A clock without anybody, before and after, is no part of the day.
    const from = lives.reduce((least, { first }) => Math.min(least, first), steps)
    const to = lives.reduce((most, { last }) => Math.max(most, last + 1), 0)
    if (to - from < 2)
      throw new GleanerError('trace-unreadable', { file: path, detail: 'it has no loads', position: 'end' })
    const shares = lives.map(({ row, first, last }) => withoutHoles(row, { from, to, first, last }))
    return { name: trace.name, stepS: trace.sliceS / perSlice, shares }
  } finally {
    trace.dispose()
  }
}

/** Means of so many equal parts of the slice; NaN where a part has no sample. */
function inSteps(usage: Float64Array, count: number): Float64Array {
  if (usage.length === count) return usage
  return Float64Array.from({ length: count }, (_, step) => {
    const from = Math.floor((step * usage.length) / count)
    const to = Math.max(from + 1, Math.floor(((step + 1) * usage.length) / count))
    const there = usage.subarray(from, to).filter((cores) => cores >= 0)
    return there.reduce((sum, cores) => sum + cores, 0) / there.length
  })
}

function lifeOf(row: readonly number[]): { first: number; last: number } {
  return { first: row.findIndex((share) => share >= 0), last: row.findLastIndex((share) => share >= 0) }
}

function withoutHoles(
  row: readonly number[],
  {
    from,
    to,
    first,
    last,
  }: { readonly from: number; readonly to: number; readonly first: number; readonly last: number },
): Float64Array {
  let before = Number.NaN
  return Float64Array.from({ length: to - from }, (_, nth) => {
    const step = from + nth
    if (step < first || step > last) return Number.NaN
    const share = row[step]
    if (share !== undefined && share >= 0) before = share
    return before
  })
}
