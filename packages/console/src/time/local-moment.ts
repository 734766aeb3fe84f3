// A moment as the browser's field for local times has it: a wall-clock time of the viewer's zone. In the night in which the clock
// is put back an hour comes twice, and the text alone does not say which is meant; in the one in which it is put forward an hour
// does not come at all.

export interface LocalMoment {
  /** 2026-10-25T02:30; empty for none. */
  readonly text: string
  /** Which is meant of a time that comes twice; without meaning for any other. */
  readonly pass: 'first' | 'second'
}

export const noMoment: LocalMoment = { text: '', pass: 'first' }

/** By how much the wall clock is ahead of UTC at a moment. */
export type OffsetMsAt = (ms: number) => number

const minuteMs = 60_000
const dayMs = 86_400_000

const viewers: OffsetMsAt = (ms) => -new Date(ms).getTimezoneOffset() * minuteMs

/** All moments at which clocks show this, earliest first: one, two in autumn, none in spring; undefined for what is no time. */
export function passesOf(text: string, offsetAt: OffsetMsAt = viewers): readonly number[] | undefined {
  const wallMs = wallOf(text)
  if (wallMs === undefined) return undefined
  // Offsets are less than a day, so that these stand on either side of any change.
  const offsets = new Set([offsetAt(wallMs - dayMs), offsetAt(wallMs + dayMs)])
  return [...offsets]
    .map((offsetMs) => wallMs - offsetMs)
    .filter((ms) => ms + offsetAt(ms) === wallMs)
    .sort((a, b) => a - b)
}

/** A time that the spring gap swallows is as late after the jump as it would have been before. Undefined for what is no time. */
export function msOf({ text, pass }: LocalMoment, offsetAt: OffsetMsAt = viewers): number | undefined {
  const passes = passesOf(text, offsetAt)
  const wallMs = wallOf(text)
  if (passes === undefined || wallMs === undefined) return undefined
  return (pass === 'second' ? passes.at(-1) : passes[0]) ?? wallMs - offsetAt(wallMs - dayMs)
}

/** To the minute. */
export function momentOf(ms: number, offsetAt: OffsetMsAt = viewers): LocalMoment {
  const wholeMs = Math.floor(ms / minuteMs) * minuteMs
  const text = new Date(wholeMs + offsetAt(wholeMs)).toISOString().slice(0, 16)
  return { text, pass: passesOf(text, offsetAt)?.[1] === wholeMs ? 'second' : 'first' }
}

/** Whether clocks show this time twice that night. */
export function isRepeated(ms: number, offsetAt: OffsetMsAt = viewers): boolean {
  return (passesOf(momentOf(ms, offsetAt).text, offsetAt)?.length ?? 0) > 1
}

/** The text as if it were one of UTC. */
function wallOf(text: string): number | undefined {
  const ms = Date.parse(`${text}Z`)
  return /^\d{4,6}-/.test(text) && Number.isFinite(ms) ? ms : undefined
}
