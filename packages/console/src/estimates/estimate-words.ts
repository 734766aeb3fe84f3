// What an estimate rests on, in words.
import type { EstimateState } from '@gleaner/model'

export const estimateStateWord: Readonly<Record<EstimateState, string>> = {
  measured: 'measured',
  kept: 'not measured enough, the one before stands for a while',
  physical: 'not measured for too long, all that there is counts as used',
}
