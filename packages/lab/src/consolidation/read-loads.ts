// The processor loads of a day, one row an instance: a share of its size at each step of the clock, wherever it was. A hole
// counts with the value before it (the first ones with the first value that is there): a lost sample is never a reason to
// call an instance idle.
import { GleanerError } from '@gleaner/model/errors'
import type { FaultLog } from '../trace/fault-log.ts'
import { openTrace } from '../trace/open-trace.ts'

export interface Loads {
  readonly name: string
  readonly stepS: number
  /** [instance][step], 0..1. */
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
    if (steps < 2)
      throw new GleanerError('trace-unreadable', { file: path, detail: 'it has no loads', position: 'end' })
    const shares = [...rows.values()].map((row) => withoutHoles(row, steps))
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

function withoutHoles(row: readonly number[], steps: number): Float64Array {
  let last = row.find((share) => share >= 0) ?? 1
  return Float64Array.from({ length: steps }, (_, step) => {
    const share = row[step]
    if (share !== undefined && share >= 0) last = share
    return last
  })
}
