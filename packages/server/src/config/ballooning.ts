// The section `oversubscription.ballooning`: memory lent from running guests. Thresholds have the defaults of ScroogeVM's
// vmballooning (pressure-options.ts).
import { defaultPressureOptions, type PressureOptions } from '@gleaner/engine'
import { DurationText, type Mode, ModeName } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import type { DurationReader } from './duration-reader.ts'

const base = defaultPressureOptions
const share = (description: string) => Type.Number({ exclusiveMinimum: 0, maximum: 1, description })

export const BallooningConfig = Type.Object(
  {
    mode: Type.Optional(ModeName),
    gainMiB: Type.Optional(
      Type.Number({ minimum: 1, description: `Nothing is lent from a guest that frees less (${base.gainMiB})` }),
    ),
    leastMiB: Type.Optional(
      Type.Number({ minimum: 32, description: `A guest always keeps at least this (${base.leastMiB})` }),
    ),
    spareShare: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 10,
        description: `What a guest keeps above what it used, in parts of that (${base.spareShare})`,
      }),
    ),
    needShare: Type.Optional(
      share(`A guest that uses this share of what it was left gets everything back (${base.needShare})`),
    ),
    scope: Type.Optional(DurationText),
    grace: Type.Optional(DurationText),
    longest: Type.Optional(DurationText),
    silent: Type.Optional(DurationText),
    foresight: Type.Optional(DurationText),
    look: Type.Optional(DurationText),
    notice: Type.Optional(DurationText),
  },
  { additionalProperties: false },
)
type BallooningConfig = Static<typeof BallooningConfig>

export interface BallooningSettings {
  readonly mode: Mode
  readonly pressure: PressureOptions
  /** How often guests that memory is lent from are looked at. */
  readonly lookMs: number
  readonly noticeMs: number
}

export function readBallooning(
  given: BallooningConfig = {},
  {
    fault,
    durationMs,
  }: { readonly fault: (path: readonly string[], detail: string) => void; readonly durationMs: DurationReader },
): BallooningSettings {
  const duration = (
    name: 'scope' | 'grace' | 'longest' | 'silent' | 'foresight' | 'look' | 'notice',
    otherwiseMs: number,
    effect: string,
  ) => durationMs(`oversubscription.ballooning.${name}`, given[name], { otherwiseMs, effect })
  const pressure: PressureOptions = {
    gainMiB: given.gainMiB ?? base.gainMiB,
    leastMiB: given.leastMiB ?? base.leastMiB,
    spareShare: given.spareShare ?? base.spareShare,
    needShare: given.needShare ?? base.needShare,
    scopeMs: duration('scope', base.scopeMs, 'What a guest usually uses is its 90th percentile over this time'),
    graceMs: duration('grace', base.graceMs, 'How long a guest is left alone after it got its memory back'),
    longestMs: duration('longest', base.longestMs, 'How long memory is lent from a guest at most'),
    silentMs: duration('silent', base.silentMs, 'A guest that tells nothing for so long gets everything back'),
    foresightMs: duration('foresight', base.foresightMs, 'It also does when it would need more this much later'),
  }
  const lookMs = duration('look', 2000, 'How often guests that memory is lent from are looked at')
  const noticeMs = duration('notice', 0, 'How long an owner is told before memory is lent from a guest')
  // With less to spare a guest would need back at once what was lent from it.
  if (!((1 + pressure.spareShare) * pressure.needShare > 1))
    fault(
      ['spareShare'],
      `spareShare must be more: with needShare ${pressure.needShare} a guest keeps no room to use more`,
    )
  if (!(lookMs > 0 && lookMs < pressure.silentMs)) fault(['look'], 'look must be shorter than silent')
  return { mode: given.mode ?? 'observe', pressure, lookMs, noticeMs }
}
