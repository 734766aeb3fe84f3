// Until when the tags of an instance keep it as it is. A day counts as a whole wherever on Earth its owner lives: it ends at
// noon UTC of the day after. A tag whose time cannot be read keeps without end: doubt never acts.
import { keepMark } from '@gleaner/model'
import { parseTimestampMs } from '../rules/calendar.ts'

export interface TagKeep {
  readonly tag: string
  /** Infinity: it cannot be read. */
  readonly untilMs: number
}

const prefix = `${keepMark.tag}=`
/** The last place where a day ends is twelve hours behind UTC. */
const dayMs = 36 * 3_600_000

/** The tag that keeps longest among those in force; undefined when there is none. */
export function keptByTag(tags: readonly string[], nowMs: number): TagKeep | undefined {
  let longest: TagKeep | undefined
  for (const tag of tags) {
    if (tag !== keepMark.tag && !tag.startsWith(prefix)) continue
    const untilMs = untilOf(tag.slice(prefix.length).trim())
    if (untilMs > nowMs && !(longest !== undefined && longest.untilMs >= untilMs)) longest = { tag, untilMs }
  }
  return longest
}

function untilOf(text: string): number {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const startMs = parseTimestampMs(`${text}T00:00:00Z`)
    return startMs === undefined ? Number.POSITIVE_INFINITY : startMs + dayMs
  }
  return parseTimestampMs(text) ?? Number.POSITIVE_INFINITY
}
