// Why there is no slot, and what there is instead, as sentences.
import type { NoSlot } from '@gleaner/engine'

export function refusalWords({ sentence, alternatives }: NoSlot): string {
  return [
    sentence,
    ...alternatives.map(
      ({ kind, units, span }) => `${kindWords[kind](units)} from ${text(span.startMs)} to ${text(span.endMs)}.`,
    ),
  ].join(' ')
}

const kindWords = {
  fewer: (units: number) => `There ${units === 1 ? 'is 1' : `are ${units}`}`,
  later: (units: number) => `Later there ${units === 1 ? 'is 1' : `are ${units}`}`,
  shorter: (units: number) => `For a shorter time there ${units === 1 ? 'is 1' : `are ${units}`}`,
} as const

function text(atMs: number): string {
  return Number.isFinite(atMs) ? new Date(atMs).toISOString() : 'then on'
}
