// What meters of several kinds have alike in the configuration.
import { defaultMaxPowerW, outletShareKeys } from '@gleaner/engine'
import { OneOf, durationPattern } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import { SectionName } from './schema-parts.ts'

const strict = { additionalProperties: false } as const

export const durationText = (description: string) => Type.String({ pattern: durationPattern, description })
export const someText = (description: string) => Type.String({ minLength: 1, maxLength: 1000, description })

export const Wiring = Type.Union(
  [
    Type.String({ minLength: 1 }),
    Type.Object(
      {
        host: Type.Optional(Type.String({ minLength: 1 })),
        hosts: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 200 })),
        share: Type.Optional(
          Type.Union([OneOf(outletShareKeys), Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 1 })]),
        ),
      },
      strict,
    ),
  ],
  { description: 'The host on it, by name; or hosts, and how they share it: equal, cores, usage, or fixed parts' },
)

export type Wiring = Static<typeof Wiring>

/** Of every kind. */
export const commonMeterKeys = {
  id: SectionName,
  period: Type.Optional(durationText('How often it is read (10s)')),
  maxPowerW: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1_000_000,
      description: `What no outlet of it can deliver; more is not believed (${defaultMaxPowerW})`,
    }),
  ),
  stuckAfter: Type.Optional(
    Type.String({
      pattern: `${durationPattern}|^off$`,
      description: 'The same figure, to the digit, for longer than this is not believed (6h); off for never',
    }),
  ),
  clouds: Type.Optional(
    Type.Array(Type.String(), { minItems: 1, description: 'Ids of the clouds whose hosts are named (all of them)' }),
  ),
}

/** Of those whose outlets have names of their own. */
export const outletKeys = {
  outlets: Type.Record(Type.String({ minLength: 1, maxLength: 100 }), Wiring, {
    minProperties: 1,
    description: 'What hangs on each outlet, by the name the meter has for it',
  }),
}
