// Where a desktop stands: what its agent said last, unless that is too old or may not be believed. Silence never lends: a desktop of
// which beats are missing takes nothing new, and only after a second, longer time its guests count as gone, since a network that
// fails is no reason to take what runs for lost.
import { type Desktop, type DesktopStanding, mayLend, type Verdict } from '@gleaner/model'
import { formatDurationMs } from '@gleaner/model/duration'

export interface DesktopLimits {
  /** Nothing was heard for so long: nothing new is placed there. */
  readonly lostAfterMs: number
  /** … and for so long: its guests count as gone. */
  readonly goneAfterMs: number
}

export interface StandingAnswer {
  readonly standing: DesktopStanding
  readonly lendable: boolean
  readonly verdict: Verdict
  readonly sinceMs: number
}

export function standDesktop(desktop: Desktop, nowMs: number, limits: DesktopLimits): StandingAnswer {
  const { revokedAtMs, revokedBy, word, lastBeatMs, joinedAtMs } = desktop
  if (revokedAtMs !== undefined)
    return no('revoked', revokedAtMs, {
      code: 'desktop-revoked',
      sentence: `${revokedBy ?? 'An administrator'} has ended its right to speak.`,
      facts: {},
    })
  if (word === undefined || lastBeatMs === undefined)
    return no('silent', joinedAtMs, {
      code: 'desktop-silent',
      sentence: 'Its agent has joined and has not been heard of yet.',
      facts: {},
    })
  const silentMs = Math.max(0, nowMs - lastBeatMs)
  const facts = { silentS: Math.round(silentMs / 1000) }
  if (silentMs >= limits.goneAfterMs)
    return no('gone', lastBeatMs, {
      code: 'desktop-gone',
      sentence: `Nothing was heard of it for ${formatDurationMs(silentMs)}: its guests count as gone.`,
      facts,
    })
  if (silentMs >= limits.lostAfterMs)
    return no('lost', lastBeatMs, {
      code: 'desktop-lost',
      sentence: `Nothing was heard of it for ${formatDurationMs(silentMs)}: nothing new is placed there.`,
      facts,
    })
  const { phase, verdict } = word
  return { standing: phase, lendable: mayLend(phase), verdict, sinceMs: desktop.phaseSinceMs ?? lastBeatMs }
}

function no(standing: DesktopStanding, sinceMs: number, verdict: Verdict): StandingAnswer {
  return { standing, lendable: false, verdict, sinceMs }
}
