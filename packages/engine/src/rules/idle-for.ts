// idleFor() of the rule language as a plain function, for lists and pages: what the guest itself reports goes before what
// is measured from outside. Milliseconds; NaN when neither is known.
import { longestGapMs } from './bind-window.ts'
import { idleCpuCores } from './check-call.ts'
import type { TelemetryAccess } from './telemetry-access.ts'

export function idleForMs(telemetry: TelemetryAccess, slot: number, nowMs: number): number {
  const reportedS = telemetry.latest(slot, 'idle', nowMs)
  if (!Number.isNaN(reportedS)) return reportedS * 1000
  return (
    nowMs - telemetry.quietSince(slot, { metric: 'cpu', below: idleCpuCores, maxGapMs: longestGapMs }, nowMs).sinceMs
  )
}
