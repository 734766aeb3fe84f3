// The times by which a desktop is lent. What contradicts itself is refused by name: a warning that is longer than the wait it is the
// end of, or a most below the first, would be taken silently for something else. What is not set gives way to what is.
import { type BackOffRule, defaultLending } from '@gleaner/engine/opportunism'
import { formatDurationMs } from '@gleaner/model/duration'
import type { AgentConfig, MonitorConfig } from './agent-config.ts'
import type { ConfigReader, MapReader } from './config-reader.ts'
import { ruleOf } from './default-monitors.ts'

/** Longer is a slip of the pen: it would never be lent, and nobody would be told. */
export const longestWaitMs = 24 * 3_600_000

export interface WaitingTimes {
  readonly absentMs: number
  readonly continueAfterMs: number
}

/** How long everything has to be calm: before guests begin, and before those that were paused go on. */
export function readWaits(reader: ConfigReader, map: MapReader, otherwise: WaitingTimes): WaitingTimes {
  const absentMs = map.duration('absent', otherwise.absentMs)
  const continueAfterMs = map.duration('continueAfter', Math.min(absentMs, otherwise.continueAfterMs))
  atMostADay(reader, map, 'absent')
  if (continueAfterMs > absentMs)
    reader.fail(
      map.node('continueAfter'),
      `continueAfter: (${formatDurationMs(continueAfterMs)}) may not be longer than absent (${formatDurationMs(absentMs)}): paused guests would wait longer than new ones`,
    )
  return { absentMs, continueAfterMs }
}

export function atMostADay(reader: ConfigReader, map: MapReader, key: string): void {
  if (map.duration(key, 0) > longestWaitMs) reader.fail(map.node(key), `${key}: may not be longer than a day`)
}

export interface LendingQuestion {
  readonly root: MapReader
  readonly monitors: readonly MonitorConfig[]
  /** Of PowerNap's file. */
  readonly graceMs: number | undefined
}

export function readLendingTimes(reader: ConfigReader, question: LendingQuestion): AgentConfig['lending'] {
  const { root, monitors, graceMs = defaultLending.graceMs } = question
  const rules = monitors.map(ruleOf)
  const longest = (which: (rule: ReturnType<typeof ruleOf>) => boolean) =>
    rules.filter(which).reduce((most, { startAfterMs }) => Math.max(most, startAfterMs), 0)
  const within = (key: string, otherwiseMs: number, { mostMs, why }: { mostMs: number; why: string }) => {
    const timeMs = root.duration(key, Math.min(otherwiseMs, mostMs))
    if (timeMs <= mostMs) return timeMs
    return reader.fail(
      root.node(key),
      `${key}: (${formatDurationMs(timeMs)}) may not be longer than the longest absent time ${why.replace('{most}', formatDurationMs(mostMs))}`,
    )
  }
  const local = {
    mostMs: longest((rule) => rule.local === true),
    why: 'of who sits there ({most}): a lock would change nothing',
  }
  return {
    graceMs: within('grace', graceMs, {
      mostMs: longest(() => true),
      why: 'of a monitor ({most}): it is the last part of it',
    }),
    ...(root.node('lockedAbsent') === undefined ? {} : { lockedAfterMs: within('lockedAbsent', 0, local) }),
    wishAfterMs: within('wishAfter', defaultLending.wishAfterMs, {
      mostMs: longest(({ presence }) => presence),
      why: 'of who is there ({most}): "lend now" would change nothing',
    }),
    preemptAfterMs: root.duration('preemptAfter', defaultLending.preemptAfterMs),
    maxGapMs: defaultLending.maxGapMs,
    backOff: readBackOff(reader, root),
  }
}

function readBackOff(reader: ConfigReader, root: MapReader): BackOffRule {
  const standard = defaultLending.backOff
  const map = reader.map(root.node('backOff'), ['window', 'first', 'factor', 'most'])
  const [first, most] = [map.node('first'), map.node('most')]
  // What is set bends what is not: a shorter window has a shorter most, a longer first a longer one.
  const setFirstMs = map.duration('first', standard.firstMs)
  const setMostMs = map.duration('most', standard.mostMs)
  const windowMs = map.duration('window', Math.max(standard.windowMs, setFirstMs, setMostMs))
  const firstMs = first === undefined ? Math.min(setFirstMs, most === undefined ? windowMs : setMostMs) : setFirstMs
  const mostMs = most === undefined ? Math.max(firstMs, Math.min(setMostMs, windowMs)) : setMostMs
  if (mostMs < firstMs)
    reader.fail(
      most,
      `backOff: most (${formatDurationMs(mostMs)}) may not be shorter than first (${formatDurationMs(firstMs)})`,
    )
  if (mostMs > windowMs)
    reader.fail(
      most ?? first,
      `backOff: ${most === undefined ? 'first' : 'most'} (${formatDurationMs(mostMs)}) may not be longer than window (${formatDurationMs(windowMs)}): the interruptions would be forgotten before the wait is over`,
    )
  return { windowMs, firstMs, factor: map.number('factor', standard.factor, { least: 1, most: 10 }), mostMs }
}
