// All slices of a trace with what was wrong in it.
import type { HostSlice } from '@gleaner/engine/oversubscription'
import { FaultLog, type FaultSummary } from '../trace/fault-log.ts'
import { openTrace, type TraceOptions } from '../trace/open-trace.ts'

export interface WholeTrace {
  readonly slices: HostSlice[]
  readonly hosts: readonly string[]
  readonly faults: FaultSummary
  readonly historyScopes: number
  readonly slicesPerScope: number
}

export async function readAll(path: string, options: TraceOptions = {}): Promise<WholeTrace> {
  const faults = new FaultLog()
  const trace = await openTrace(path, options, { faults, onBytes: () => undefined })
  try {
    const slices = [...trace.slices()].map(({ slice }) => slice)
    const { hosts, historyScopes, slicesPerScope } = trace
    return { slices, hosts, faults: faults.summary(), historyScopes, slicesPerScope }
  } finally {
    trace.dispose()
  }
}
