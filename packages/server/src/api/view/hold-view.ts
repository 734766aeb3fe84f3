// A hold as the API shows it.
import type { Hold, HoldView } from '@gleaner/model'
import { timeText } from './time-text.ts'

export function holdView(hold: Hold): HoldView {
  return {
    id: hold.id,
    kind: hold.kind,
    until: timeText(hold.untilMs),
    by: hold.by,
    reason: hold.reason,
    createdAt: timeText(hold.createdAtMs),
  }
}
