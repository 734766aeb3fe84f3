// The energy that a rule saved, in words: an estimate and marked as one; what is not known is said, and is not nothing.
import type { SavingsReport } from '@gleaner/model'
import { kilowattHours } from '../energy/energy-words.ts'
import { count } from '../words/quantity.ts'

export function savedEnergy({ kWh, knownOf, unknownOf }: SavingsReport['total']['energy']): string {
  if (kWh === undefined) return unknownOf === 0 ? '' : 'kWh not known'
  const saved = `about ${kilowattHours(kWh)}`
  return unknownOf === 0 ? saved : `${saved}, known of ${count(knownOf)} of ${count(knownOf + unknownOf)}`
}
