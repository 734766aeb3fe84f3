// What a beat makes of what was known of a desktop: its last word, how long guests ran there, how often they had to stop.
//
// Guaranteed: time counts as lent only as far as it is proven: up to the next change that is known, and never longer than the last lend
// contract could reach, since an agent without one stands still. Changes never run backwards, whatever the beat says. A numbered change
// counts once, however often it is told: an agent whose answers are lost tells it in one beat after the other.
import {
  type Desktop,
  type DesktopBeat,
  type LendingPhase,
  mayLend,
  type PhaseChange,
  type ToldChange,
} from '@gleaner/model'

export interface FoldedBeat {
  readonly desktop: Desktop
  /** Those that are new, with times that grow. */
  readonly changes: readonly PhaseChange[]
}

export interface BeatMoment {
  readonly nowMs: number
  /** How far a lend contract reaches beyond the beat that it answers. */
  readonly contractMs: number
}

interface Span {
  readonly phase: LendingPhase | undefined
  readonly sinceMs: number
}

export function foldBeat(before: Desktop, beat: DesktopBeat, { nowMs, contractMs }: BeatMoment): FoldedBeat {
  const provenMs = (before.lastBeatMs ?? Number.NEGATIVE_INFINITY) + contractMs
  const isTorn = beat.lostChanges > before.lostChanges && !reachesBack(beat, before)
  const { told, changesTaken } = notYetTaken(beat, before)
  const changes = inOrder(told, { beat, before, nowMs })
  let span: Span = { phase: before.word?.phase, sinceMs: before.phaseSinceMs ?? nowMs }
  let untilMs = isTorn ? (before.lastBeatMs ?? nowMs) : provenMs
  let lentMs = 0
  let interruptions = 0
  for (const { atMs, phase } of changes) {
    if (span.phase === 'lent') {
      lentMs += Math.max(0, Math.min(atMs, untilMs) - span.sinceMs)
      if (!mayLend(phase)) interruptions++
    }
    span = { phase, sinceMs: atMs }
    // What the beat itself tells is proven up to the beat.
    untilMs = nowMs
  }
  return {
    desktop: {
      ...before,
      sequence: beat.sequence,
      lastBeatMs: nowMs,
      word: beat.word,
      phaseSinceMs: span.sinceMs,
      lentMs: before.lentMs + lentMs,
      interruptions: before.interruptions + interruptions,
      lostChanges: beat.lostChanges,
      changesTaken,
    },
    changes,
  }
}

/** How long guests ran on it until now, as far as that is proven. */
export function lentUntil(desktop: Desktop, { nowMs, contractMs }: BeatMoment): number {
  const { word, phaseSinceMs, lastBeatMs, lentMs } = desktop
  if (word?.phase !== 'lent' || phaseSinceMs === undefined || lastBeatMs === undefined) return lentMs
  return lentMs + Math.max(0, Math.min(nowMs, lastBeatMs + contractMs) - phaseSinceMs)
}

/** What it tells begins with what counts already: whatever the agent threw away is older, and nothing is missing between. */
function reachesBack({ changes }: DesktopBeat, { changesTaken }: Desktop): boolean {
  const oldest = changes[0]?.number
  return oldest !== undefined && oldest <= changesTaken
}

/** The changes that do not count yet, and the highest number that does with them. One that does not grow is told again. */
function notYetTaken(beat: DesktopBeat, before: Desktop) {
  let { changesTaken } = before
  const told: ToldChange[] = []
  for (const change of beat.changes) {
    const { number } = change
    if (number !== undefined && number <= changesTaken) continue
    changesTaken = number ?? changesTaken
    told.push(change)
  }
  return { told, changesTaken }
}

/** These changes; where they do not lead to the phase that the beat tells, that one as well: some were lost. */
function inOrder(
  changes: readonly ToldChange[],
  { beat, before, nowMs }: { readonly beat: DesktopBeat; readonly before: Desktop; readonly nowMs: number },
): readonly PhaseChange[] {
  const ordered: PhaseChange[] = []
  let lastMs = before.phaseSinceMs ?? Number.NEGATIVE_INFINITY
  const add = ({ atMs, phase, verdict }: PhaseChange) => {
    lastMs = Math.max(Math.min(atMs, nowMs), lastMs + 1)
    ordered.push({ atMs: lastMs, phase, verdict })
  }
  for (const change of changes) add(change)
  const { phase, verdict } = beat.word
  if ((ordered.at(-1)?.phase ?? before.word?.phase) !== phase) add({ atMs: beat.phaseSinceMs, phase, verdict })
  return ordered
}
