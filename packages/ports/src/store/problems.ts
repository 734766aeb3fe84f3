// Problems: one row per cause. Part of the Store port; its contract holds.
import type { Problem, ProblemReport } from '@gleaner/model'

export interface ProblemStore {
  /** Inserts or counts up; reopens when it was cleared or resolved. */
  report(report: ProblemReport, nowMs: number): Promise<Problem>
  /** The cause has gone: marks the open row of this code and subject as resolved, if there is one. */
  resolve(code: string, subject: string, nowMs: number): Promise<void>
  clear(id: string, by: string, nowMs: number): Promise<Problem>
  list(filter: { readonly includeClosed: boolean }): Promise<readonly Problem[]>
}
