// Where an evaluation stands: one mutable object, moved from instance to instance and from instant to instant, so that
// looking at a hundred thousand instances allocates nothing. The memo keeps what window functions said about the current
// instance at the current instant, shared by all rules of a program.
import type { Host, Instance, Project } from '@gleaner/model'
import type { Calendar } from './calendar.ts'
import { emptyHistory, type HistoryAccess } from './history-access.ts'
import { noTelemetry, type TelemetryAccess } from './telemetry-access.ts'
import type { VerdictMemory } from './verdict-memory.ts'

export interface Cursor {
  nowMs: number
  instance: Instance
  host: Host | undefined
  project: Project | undefined
  /** How many instances are on that host. */
  hostInstances: number
  /** The telemetry's number for the instance, -1 when it has none. */
  slot: number
  /** One per time zone of the program, in its order. */
  calendars: readonly Calendar[]
  telemetry: TelemetryAccess
  history: HistoryAccess
  /** What was said before; nothing is remembered where there is none. */
  memory: VerdictMemory | undefined
  /** Where the verdicts on the instance begin in the memory; -1 when nothing can be remembered of it. */
  row: number
  /** Last step of the windows that end now. */
  step: number
  /** Up to which step the verdict that was given last stands; -1 when it was given for now alone. */
  standsTo: number
  /** memo[i] counts when and only when memoStamp[i] === stamp. */
  stamp: number
  readonly memo: Float64Array
  readonly memoStamp: Float64Array
}

export function createCursor(memoLength: number, instance: Instance): Cursor {
  return {
    nowMs: 0,
    instance,
    host: undefined,
    project: undefined,
    hostInstances: 0,
    slot: -1,
    calendars: [],
    telemetry: noTelemetry,
    history: emptyHistory,
    memory: undefined,
    row: -1,
    step: 0,
    standsTo: -1,
    stamp: 1,
    memo: new Float64Array(memoLength),
    memoStamp: new Float64Array(memoLength),
  }
}
