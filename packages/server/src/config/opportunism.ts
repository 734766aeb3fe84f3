// The section `opportunism` of the configuration: how often agents of desktops speak, after which silence what follows, how far a
// lend contract reaches, how long a key counts, and what becomes of guests when the user is back.
import { type DesktopLimits, freeingWays, type LendingTerms } from '@gleaner/engine'
import { DurationText, OneOf } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import type { DurationReader } from './duration-reader.ts'

export const OpportunismConfig = Type.Object(
  {
    beat: Type.Optional(DurationText),
    lostAfter: Type.Optional(
      Type.Integer({ minimum: 2, maximum: 100, description: 'Missing beats after which nothing new is placed (3)' }),
    ),
    goneAfter: Type.Optional(DurationText),
    contract: Type.Optional(DurationText),
    keyLifetime: Type.Optional(DurationText),
    pauseAfter: Type.Optional(DurationText),
    freeAfter: Type.Optional(DurationText),
    freeBy: Type.Optional(
      OneOf(freeingWays, { description: 'How the memory of guests is given back to a user who stays (save)' }),
    ),
    freeByOfProject: Type.Optional(Type.Record(Type.String(), OneOf(freeingWays))),
    freeByOfFlavor: Type.Optional(Type.Record(Type.String(), OneOf(freeingWays))),
  },
  { additionalProperties: false },
)
export type OpportunismConfig = Static<typeof OpportunismConfig>

export interface OpportunismSettings extends DesktopLimits {
  readonly beatMs: number
  readonly contractMs: number
  readonly keyLifetimeMs: number
  readonly terms: LendingTerms
}

type DurationKey = 'beat' | 'goneAfter' | 'contract' | 'keyLifetime' | 'pauseAfter' | 'freeAfter'

const minuteMs = 60_000

export function readOpportunism(
  given: OpportunismConfig = {},
  reading: { readonly fault: (path: readonly string[], detail: string) => void; readonly durationMs: DurationReader },
): OpportunismSettings {
  const { fault } = reading
  const duration = (key: DurationKey, otherwiseMs: number, effect: string) =>
    reading.durationMs(`opportunism.${key}`, given[key], { otherwiseMs, effect })
  const beatMs = duration('beat', 15_000, 'How often the agent of a desktop speaks')
  const goneAfterMs = duration('goneAfter', 10 * minuteMs, 'Silence after which the guests of a desktop count as gone')
  const contractMs = duration('contract', minuteMs, 'How long guests may be on a desktop without a further word')
  const keyLifetimeMs = duration('keyLifetime', 30 * 1440 * minuteMs, 'How long the key of a desktop counts')
  const lostAfterMs = (given.lostAfter ?? 3) * beatMs
  if (beatMs < 1000) fault(['beat'], 'an agent that speaks more often than once a second is of no use; at least 1s')
  if (contractMs < 2 * beatMs)
    fault(['contract'], 'has to reach over two beats at least, or one that is late stops every guest')
  if (goneAfterMs <= lostAfterMs) fault(['goneAfter'], 'has to be longer than lostAfter beats')
  if (keyLifetimeMs < 4 * beatMs) fault(['keyLifetime'], 'has to be longer than four beats, or no key can be renewed')
  const pauseAfterMs = duration('pauseAfter', 0, 'From the return of a user to the pause of guests by the cloud')
  const freeAfterMs = duration(
    'freeAfter',
    10 * minuteMs,
    'From the return of a user until the memory of guests is freed',
  )
  if (freeAfterMs < pauseAfterMs) fault(['freeAfter'], 'cannot be shorter than pauseAfter')
  const terms: LendingTerms = {
    pauseAfterMs,
    freeAfterMs,
    freeBy: given.freeBy ?? 'save',
    freeByOfProject: given.freeByOfProject ?? {},
    freeByOfFlavor: given.freeByOfFlavor ?? {},
  }
  return { beatMs, lostAfterMs, goneAfterMs, contractMs, keyLifetimeMs, terms }
}
