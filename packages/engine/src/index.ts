export * from './action/judge-action.ts'
export * from './snapshot/snapshot.ts'
export * from './snapshot/freeze-snapshot.ts'
export * from './snapshot/diff-snapshots.ts'
export { isFresh } from './snapshot/snapshot-verdict.ts'
export * from './ledger/usage-access.ts'
export * from './ledger/action-support.ts'
export * from './ledger/take-ledger.ts'
export { type LedgerTotals, totalLedger } from './ledger/ledger-line.ts'
export * from './ledger/placements.ts'
export * from './people/detect-person-actions.ts'
export * from './people/make-hold.ts'
export * from './people/winning-hold.ts'
export * from './people/journal-holds.ts'
export * from './idleness/rule-matches.ts'
export * from './idleness/matches-of.ts'
export * from './idleness/propose-idleness.ts'
export * from './idleness/command-candidate.ts'
export * from './gate/gate.ts'
export { type GateFacts, type GateWorld, openGateWorld } from './gate/gate-world.ts'
export { effectiveMode } from './gate/effective-mode.ts'
export { type StepClass, stepClass } from './gate/step-class.ts'
export { type Maintenance, maintenanceAt } from './gate/maintenance.ts'
export * from './plan/capability-answer.ts'
export { type Arbitration, arbitrate, type Outranked } from './plan/arbitrate.ts'
export * from './plan/decide.ts'
export * from './plan/notice.ts'
export * from './plan/diff-plans.ts'
export * from './why/rule-stories.ts'
export * from './why/why-instance.ts'
export { isoTime } from './text/iso-time.ts'
export {
  type IngestOutcome,
  type LoadOutcome,
  type QuietRequest,
  type SlotBatch,
  TelemetryWindows,
} from './telemetry/telemetry-windows.ts'
export type { TelemetryOptions } from './telemetry/layout.ts'
export { type RefusalReason, refusalReasons, type Refusals } from './telemetry/sample-writer.ts'
export { type LoadRefusal, loadRefusalText } from './telemetry/subject-decoder.ts'
export type { QuietAnswer } from './telemetry/quiet-since.ts'
export type { SeriesWindow, TelemetrySeries } from './telemetry/series.ts'
export {
  type TelemetryAnswer,
  type TelemetryFunction,
  telemetryFunctions,
  type TelemetryQuestion,
} from './telemetry/window-reader.ts'
