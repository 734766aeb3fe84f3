// What one monitor has shown so far: since when it is calm, since when it is active without a break, and whether what it saw last
// may have been a bump. Kept apart from what follows from it.
import type { MonitorRule } from './lending-policy.ts'
import type { Reading } from './reading.ts'

export interface Evidence {
  /** The last moment that was not calm; the moment the watch began, when there was none. */
  readonly restlessAtMs: number
  /** Active in every reading since; undefined while it is not. */
  readonly activeSinceMs: number | undefined
  readonly bumpAtMs: number | undefined
  /** The reading this stands on; one that is seen again changes nothing. */
  readonly readAtMs: number
}

export function evidenceFrom(nowMs: number): Evidence {
  return { restlessAtMs: nowMs, activeSinceMs: undefined, bumpAtMs: undefined, readAtMs: Number.NEGATIVE_INFINITY }
}

/** A reading that cannot be used: not there, from the future, too old, or the monitor's own word that it sees nothing. */
export function isMissing(rule: MonitorRule, reading: Reading | undefined, nowMs: number): boolean {
  if (reading === undefined || reading.state === 'missing') return true
  const ageMs = nowMs - reading.readAtMs
  return !(ageMs >= 0 && ageMs <= rule.staleAfterMs)
}

/** The same after this reading. What is missing is restless: it has to be calm anew for its whole time. */
export function follow(rule: MonitorRule, known: Evidence, look: FollowedLook): Evidence {
  const { reading, nowMs } = look
  if (reading === undefined || isMissing(rule, reading, nowMs))
    return { ...known, restlessAtMs: nowMs, activeSinceMs: undefined, bumpAtMs: undefined }
  if (isCounted(reading, known)) return forgotten(rule, known, nowMs)
  const { state, readAtMs } = reading
  const base = { ...known, readAtMs }
  if (state === 'between') return { ...base, restlessAtMs: readAtMs, activeSinceMs: undefined, bumpAtMs: undefined }
  if (state === 'idle') return forgotten(rule, { ...base, activeSinceMs: undefined }, nowMs)
  const active = { ...base, activeSinceMs: known.activeSinceMs ?? readAtMs }
  const { bump } = rule
  if (bump === undefined) return { ...active, restlessAtMs: readAtMs }
  if (known.bumpAtMs !== undefined)
    return readAtMs - known.bumpAtMs >= bump.againAfterMs
      ? { ...active, restlessAtMs: readAtMs, bumpAtMs: undefined }
      : active
  return readAtMs - known.restlessAtMs >= bump.afterIdleMs
    ? { ...active, bumpAtMs: readAtMs }
    : { ...active, restlessAtMs: readAtMs }
}

export interface FollowedLook {
  readonly reading: Reading | undefined
  readonly nowMs: number
}

/** Seen before. Of two readings of one moment the one counts in which somebody is there, whichever comes first. */
function isCounted({ state, readAtMs }: Reading, known: Evidence): boolean {
  if (readAtMs !== known.readAtMs) return readAtMs < known.readAtMs
  if (state === 'active') return known.activeSinceMs !== undefined
  return state === 'idle' || known.restlessAtMs >= readAtMs
}

function forgotten(rule: MonitorRule, known: Evidence, nowMs: number): Evidence {
  const { bump } = rule
  if (bump === undefined || known.bumpAtMs === undefined) return known
  return nowMs - known.bumpAtMs >= bump.forgetAfterMs ? { ...known, bumpAtMs: undefined } : known
}
