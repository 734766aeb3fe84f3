// The scene of the tests of monitors: a recorded machine, and a clock that each look puts on by a second.
import type { MonitorKind } from '../config/agent-config.ts'
import { monitorOf } from '../config/default-monitors.ts'
import { askMonitor, type Monitor } from '../monitors/monitor.ts'
import { makeMonitor } from '../watch/make-monitors.ts'
import { RecordedMachine } from './recorded-machine.ts'

export let machine: RecordedMachine
/** What the clock on the wall says; a test that sets it sets it back. */
export const wall = { nowMs: 1_790_000_000_000 }
let nowMs = 0

export function begin(): void {
  machine = new RecordedMachine()
  nowMs = 0
}

export const end = (): void => machine.end()

export function monitor(
  kind: MonitorKind,
  guestGroups: readonly string[] = [],
): () => { readonly state: string; readonly detail: string } {
  const made: Monitor = makeMonitor(monitorOf(kind, { absentMs: 900_000, continueAfterMs: 300_000 }), {
    roots: machine.roots,
    guestGroups: () => guestGroups,
    wallMs: () => wall.nowMs,
  })
  return () => {
    nowMs += 1000
    const { state, detail } = askMonitor(made, nowMs)
    return { state, detail }
  }
}
