// The processor loads of a day, one row an instance: a share of its size at each step. A hole counts with the value before
// it (the first ones with the first value that is there): a lost sample is never a reason to call an instance idle.
import { GleanerError } from '@gleaner/model/errors'
import type { FaultLog } from '../trace/fault-log.ts'
import { openTrace } from '../trace/open-trace.ts'

export interface Loads {
  readonly name: string
  readonly stepS: number
  /** [instance][step], 0..1. */
  readonly shares: readonly Float64Array[]
}

const sliceS = 3600
const stepS = 300

export async function readLoads(path: string, faults: FaultLog): Promise<Loads> {
  const options = { scopeS: sliceS, stepS, instancesPerHost: 1, coresPerInstance: 1 }
  const trace = await openTrace(path, options, { faults, onBytes: () => undefined })
  try {
    const rows = trace.hosts.map((): number[] => [])
    for (const { host, slice } of trace.slices()) {
      const row = rows[host]
      const instance = slice.instances[0]
      if (row === undefined || instance === undefined) continue
      for (const cores of instance.cpu.usage) row.push(Math.min(1, cores / instance.cpu.allocation))
    }
    const steps = Math.max(0, ...rows.map((row) => row.length))
    if (steps < 2)
      throw new GleanerError('trace-unreadable', { file: path, detail: 'it has no loads', position: 'end' })
    return { name: trace.name, stepS, shares: rows.map((row) => withoutHoles(row, steps)) }
  } finally {
    trace.dispose()
  }
}

function withoutHoles(row: readonly number[], steps: number): Float64Array {
  let last = row.find((share) => share >= 0) ?? 1
  return Float64Array.from({ length: steps }, (_, step) => {
    const share = row[step]
    if (share !== undefined && share >= 0) last = share
    return last
  })
}
