// Actions are allowed now by the maintenance windows.
import { isoTime } from '../../text/iso-time.ts'
import type { Check } from './check.ts'

export const windowOpen: Check = ({ world }) => {
  const { open, nextOpenMs } = world.maintenance
  if (open) return undefined
  const next = nextOpenMs === undefined ? 'none is to come' : `the next opens at ${isoTime(nextOpenMs)}`
  return {
    code: 'outside-maintenance-window',
    sentence: `Actions are allowed only within the maintenance windows; ${next}.`,
    facts: { nextOpenMs: nextOpenMs ?? null },
  }
}
