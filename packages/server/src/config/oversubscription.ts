// The section `oversubscription` of the configuration: how hosts are estimated, which peak the ledger counts with, and how far
// ratios may go.
import {
  defaultGleanerOptions,
  defaultOnlineOptions,
  defaultRatioOptions,
  type FirmPeakRule,
  firmPeakRules,
  type OnlineOptions,
  type RatioLimits,
  type RatioOptions,
  usualPrice,
  strategyNames,
} from '@gleaner/engine'
import { DurationText, OneOf } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import { BallooningConfig, type BallooningSettings, readBallooning } from './ballooning.ts'
import type { DurationReader } from './duration-reader.ts'

const strict = { additionalProperties: false } as const

const limits = ({ min, max, largestStep }: RatioLimits) =>
  Type.Object(
    {
      min: Type.Optional(
        Type.Number({
          minimum: 0.1,
          maximum: 100,
          description: `Never lowered below this; a host that is set lower by hand is left alone (${min})`,
        }),
      ),
      max: Type.Optional(Type.Number({ minimum: 0.1, maximum: 100, description: `Never raised above this (${max})` })),
      largestStep: Type.Optional(
        Type.Number({
          minimum: 0.01,
          maximum: 100,
          description: `Raised by at most this in one scope (${largestStep})`,
        }),
      ),
    },
    strict,
  )

const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description })
const scopes = (description: string) => Type.Integer({ minimum: 0, maximum: 10_000, description })

export const OversubscriptionConfig = Type.Object(
  {
    scope: Type.Optional(DurationText),
    strategy: Type.Optional(OneOf(strategyNames, { description: 'How the peak is estimated (gleaner)' })),
    historyScopes: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100,
        description: `Scopes before the newest that the published strategies look at (${defaultOnlineOptions.historyScopes})`,
      }),
    ),
    caution: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 20,
        description: `gleaner: deviations above the mean that count before anything is learned (${defaultGleanerOptions.caution})`,
      }),
    ),
    price: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 10_000,
        description: `gleaner: what one core too little costs, in cores unsold (${usualPrice}, more with more caution)`,
      }),
    ),
    remember: Type.Optional(DurationText),
    leastCoverage: Type.Optional(
      share(`Share of a scope’s samples that must be there for an estimate (${defaultOnlineOptions.leastCoverage})`),
    ),
    keep: Type.Optional(DurationText),
    firmPeak: Type.Optional(
      OneOf(firmPeakRules, {
        description: 'Which peak the ledger counts with: the larger, or one of the two (larger)',
      }),
    ),
    cores: Type.Optional(limits(defaultRatioOptions.cores)),
    memory: Type.Optional(limits(defaultRatioOptions.memoryMiB)),
    deadband: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 10,
        description: `Raised only when twice this more could be sold, and then to this less (${defaultRatioOptions.deadband})`,
      }),
    ),
    learnScopes: Type.Optional(
      scopes(`Estimates that must have been judged before anything is raised (${defaultRatioOptions.learnScopes})`),
    ),
    calmScopes: Type.Optional(scopes(`Estimates in a row that must have held (${defaultRatioOptions.calmScopes})`)),
    leastConfidence: Type.Optional(
      share(`Confidence that is needed to raise anything (${defaultRatioOptions.leastConfidence})`),
    ),
    ballooning: Type.Optional(BallooningConfig),
  },
  strict,
)
export type OversubscriptionConfig = Static<typeof OversubscriptionConfig>

export interface OversubscriptionSettings {
  readonly online: OnlineOptions
  readonly ratios: RatioOptions
  readonly firmPeak: FirmPeakRule
  readonly ballooning: BallooningSettings
}

export interface OversubscriptionReading {
  readonly fault: (path: readonly string[], detail: string) => void
  readonly durationMs: DurationReader
  readonly telemetry: { readonly stepMs: number; readonly recentMs: number }
}

/** Samples of a scope must still be in the rings some minutes after its end. */
const ringSlackMs = 900_000

export function readOversubscription(
  given: OversubscriptionConfig = {},
  { fault, durationMs, telemetry }: OversubscriptionReading,
): OversubscriptionSettings {
  const scopeMs = durationMs('oversubscription.scope', given.scope, {
    otherwiseMs: defaultOnlineOptions.scopeMs,
    effect: 'How often each host is estimated',
  })
  const keepMs = durationMs('oversubscription.keep', given.keep, {
    otherwiseMs: 3 * scopeMs,
    effect: 'How long the last estimate stands when nothing is measured',
  })
  const rememberMs = durationMs('oversubscription.remember', given.remember, {
    otherwiseMs: defaultOnlineOptions.rememberMs,
    effect:
      'Until a host was estimated for so long, no estimate is below the most it used in so long; 0s: only what was watched counts',
  })
  const { stepMs, recentMs } = telemetry
  if (!(scopeMs >= 4 * stepMs && scopeMs % stepMs === 0))
    fault(['scope'], `scope must be a multiple of telemetry.step (${stepMs / 1000} s) and at least four of them`)
  if (!(scopeMs + ringSlackMs <= recentMs))
    fault(['scope'], 'scope must be at least 15m shorter than telemetry.recent, which keeps the samples')
  if (!(keepMs >= scopeMs)) fault(['keep'], 'must not be shorter than a scope')
  const limitsOf = (name: 'cores' | 'memory', base: RatioLimits): RatioLimits => {
    const chosen = { ...base, ...given[name] }
    if (!(chosen.min <= chosen.max)) fault([name], `min ${chosen.min} is above max ${chosen.max}`)
    return chosen
  }
  const base = defaultRatioOptions
  return {
    online: {
      ...defaultOnlineOptions,
      scopeMs,
      keepMs,
      rememberMs,
      strategy: given.strategy ?? defaultOnlineOptions.strategy,
      historyScopes: given.historyScopes ?? defaultOnlineOptions.historyScopes,
      leastCoverage: given.leastCoverage ?? defaultOnlineOptions.leastCoverage,
      gleaner: {
        ...defaultGleanerOptions,
        caution: given.caution ?? defaultGleanerOptions.caution,
        price: given.price ?? defaultGleanerOptions.price,
      },
    },
    ratios: {
      cores: limitsOf('cores', base.cores),
      memoryMiB: limitsOf('memory', base.memoryMiB),
      deadband: given.deadband ?? base.deadband,
      learnScopes: given.learnScopes ?? base.learnScopes,
      calmScopes: given.calmScopes ?? base.calmScopes,
      leastConfidence: given.leastConfidence ?? base.leastConfidence,
    },
    firmPeak: given.firmPeak ?? 'larger',
    ballooning: readBallooning(given.ballooning, {
      fault: (path, detail) => fault(['ballooning', ...path], detail),
      durationMs,
    }),
  }
}
