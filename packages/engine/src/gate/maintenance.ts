// Whether Gleaner may act now by the maintenance windows: always when there are none; otherwise within the span of any of
// them. A window that cannot be read is never open: doubt never acts.
import type { MaintenanceWindow, Policy } from '@gleaner/model'
import { compileSchedule } from '../rules/schedule.ts'

export interface Maintenance {
  readonly open: boolean
  /** When the next window opens; undefined while one is open or when none ever does. */
  readonly nextOpenMs: number | undefined
}

export function maintenanceAt(policy: Policy, nowMs: number): Maintenance {
  if (policy.maintenanceWindows.length === 0) return { open: true, nextOpenMs: undefined }
  let nextOpenMs: number | undefined
  for (const window of policy.maintenanceWindows) {
    const schedule = scheduleOf(window)
    if (schedule?.activeSpan(nowMs) !== undefined) return { open: true, nextOpenMs: undefined }
    const startMs = schedule?.nextStartMs(nowMs)
    if (startMs !== undefined && (nextOpenMs === undefined || startMs < nextOpenMs)) nextOpenMs = startMs
  }
  return { open: false, nextOpenMs }
}

function scheduleOf(window: MaintenanceWindow) {
  const { cron, durationMs, timeZone } = window
  const schedule = compileSchedule({ cron, duration: `${durationMs}ms`, timeZone })
  return 'activeSpan' in schedule ? schedule : undefined
}
