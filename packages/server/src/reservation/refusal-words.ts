// Why there is no slot, and what there is instead, as sentences.
import type { NoSlot } from '@gleaner/engine'
import type { Interval } from '@gleaner/model'

export function refusalWords({ sentence, alternatives }: NoSlot): string {
  return [
    sentence,
    ...alternatives.map(
      ({ kind, units, span, rest }) =>
        `${kindWords[kind](units)} ${[span, ...(rest === undefined ? [] : [rest])].map(spanWords).join(', then ')}.`,
    ),
  ].join(' ')
}

const kindWords = {
  fewer: (units: number) => `There ${units === 1 ? 'is 1' : `are ${units}`}`,
  later: (units: number) => `Later there ${units === 1 ? 'is 1' : `are ${units}`}`,
  split: (units: number) => `On other hosts for a part of the time there ${units === 1 ? 'is 1' : `are ${units}`}`,
  shorter: (units: number) => `For a shorter time there ${units === 1 ? 'is 1' : `are ${units}`}`,
} as const

function spanWords({ startMs, endMs }: Interval): string {
  return `from ${text(startMs)} to ${text(endMs)}`
}

function text(atMs: number): string {
  return Number.isFinite(atMs) ? new Date(atMs).toISOString() : 'then on'
}
