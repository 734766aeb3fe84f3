export * from './power-curve.ts'
export * from './fleet-view.ts'
export * from './overload-detectors.ts'
export * from './instance-choice.ts'
export * from './published-consolidation.ts'
export * from './gleaner-consolidation.ts'
export * from './named-consolidation.ts'
export * from './power/power-options.ts'
export * from './power/break-even.ts'
export * from './power/empty-since.ts'
export { type HostPromise, noPromise, promiseOf } from './power/host-promise.ts'
export { guardSleep } from './power/sleep-guard.ts'
export { retryAtMs, wakeLeadMs } from './power/power-host.ts'
export * from './power/power-demand.ts'
export * from './power/plan-power.ts'
export * from './power/repack-leases.ts'
export { type HostDraw, hostDraw } from './power/calendar-energy.ts'
export { type ConsolidationOptions, defaultConsolidationOptions } from './consolidation/consolidation-options.ts'
export { DemandMemory } from './consolidation/demand-memory.ts'
export {
  type ConsolidationAnswer,
  consolidationCause,
  type ConsolidationQuestion,
  proposeConsolidation,
} from './consolidation/propose-consolidation.ts'
export { type SleepSpan, type SleepSpanKind, sleepSpans } from './power/sleep-spans.ts'
export { foldPower, isPowerEntry, seePower } from './power/power-records.ts'
export * from './ranking/host-efficiency.ts'
export * from './ranking/rank-hosts.ts'
