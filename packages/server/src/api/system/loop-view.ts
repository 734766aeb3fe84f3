// A loop's status as the API shows it.
import type { LoopView } from '@gleaner/model'
import type { LoopStatus } from '../../loops/loop.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'

export function loopView(loop: LoopStatus): LoopView {
  return {
    name: loop.name,
    periodS: loop.periodMs / 1000,
    runs: loop.runs,
    failures: loop.failures,
    ...only('lastStartedAt', loop.lastStartedMs === undefined ? undefined : timeText(loop.lastStartedMs)),
    ...only('lastFinishedAt', loop.lastFinishedMs === undefined ? undefined : timeText(loop.lastFinishedMs)),
    ...only('lastDurationMs', loop.lastDurationMs),
    ...only('lastError', loop.lastError),
    late: loop.late,
    detail: loop.detail,
  }
}
