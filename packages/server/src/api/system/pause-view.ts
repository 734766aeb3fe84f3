// The pause of everything, as the API shows it: who pressed the button, since when, why.
import type { PauseView as PauseViewSchema } from '@gleaner/model'
import type { Static } from 'typebox'
import type { KillSwitch } from '../../state/live-state.ts'
import { timeText } from '../view/time-text.ts'

export function pauseView(killSwitch: KillSwitch): Static<typeof PauseViewSchema> {
  return { by: killSwitch.by, since: timeText(killSwitch.sinceMs), reason: killSwitch.reason }
}
