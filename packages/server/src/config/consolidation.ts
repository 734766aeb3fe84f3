// The section `power.consolidation`: running instances moved together so that hosts can sleep. Without the section nobody moves.
import { type ConsolidationOptions, defaultConsolidationOptions, steadyConsolidations } from '@gleaner/engine'
import { DurationText, type Mode, ModeName, OneOf } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import type { DurationReader } from './duration-reader.ts'

const base = defaultConsolidationOptions

export const ConsolidationConfig = Type.Object(
  {
    mode: Type.Optional(ModeName),
    policy: Type.Optional(
      OneOf(steadyConsolidations, {
        description: `Who moves where (${base.policy}); the others are the published ones`,
      }),
    ),
    movesAtOnce: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description: `Migrations of one cloud that are wanted or under way at once (${base.movesAtOnce})`,
      }),
    ),
    hostsAtOnce: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description: `Hosts of one cloud that are emptied at once (${base.hostsAtOnce})`,
      }),
    ),
    step: Type.Optional(DurationText),
    rest: Type.Optional(DurationText),
    ahead: Type.Optional(DurationText),
  },
  { additionalProperties: false },
)
type ConsolidationConfig = Static<typeof ConsolidationConfig>

export interface ConsolidationSettings {
  /** The capability's mode may be stricter. */
  readonly mode: Mode
  readonly options: ConsolidationOptions
}

const leastStepMs = 60_000

export function readConsolidation(
  given: ConsolidationConfig | undefined,
  {
    fault,
    durationMs,
  }: { readonly fault: (path: readonly string[], detail: string) => void; readonly durationMs: DurationReader },
): ConsolidationSettings {
  const duration = (name: 'step' | 'rest' | 'ahead', otherwiseMs: number, effect: string) =>
    durationMs(`power.consolidation.${name}`, given?.[name], { otherwiseMs, effect })
  const stepMs = duration('step', base.stepMs, 'Loads are averages over spans of this length')
  const restMs = duration('rest', base.restMs, 'Whoever was moved stays where it is for so long')
  const aheadMs = duration('ahead', base.aheadMs, 'A host with a lease that begins sooner is left alone')
  if (stepMs < leastStepMs) fault(['step'], 'step must be at least 1m')
  if (restMs < stepMs)
    fault(['rest'], 'rest must not be shorter than step: the move would not be seen in the loads yet')
  return {
    mode: given === undefined ? 'off' : (given.mode ?? 'observe'),
    options: {
      policy: given?.policy ?? base.policy,
      movesAtOnce: given?.movesAtOnce ?? base.movesAtOnce,
      hostsAtOnce: given?.hostsAtOnce ?? base.hostsAtOnce,
      stepMs,
      restMs,
      aheadMs,
    },
  }
}
