// States of leases in words with their marks, and spans of time as people write them.
import type { LeaseState } from '@gleaner/model'
import { Mark, type MarkShape, type MarkTone } from '../parts/mark.tsx'
import { dayTime } from '../time/absolute.ts'

const looks: Readonly<Record<LeaseState, readonly [MarkShape, MarkTone, string]>> = {
  waiting: ['ring', 'quiet', 'waiting'],
  proposed: ['ring', 'wheat', 'proposed'],
  pending: ['arrow', 'accent', 'pending'],
  active: ['dot', 'good', 'active'],
  ended: ['square', 'quiet', 'ended'],
  cancelled: ['cross', 'quiet', 'cancelled'],
  lapsed: ['cross', 'quiet', 'lapsed'],
}

export function LeaseStateWord({ state }: { readonly state: LeaseState }) {
  const [shape, tone, text] = looks[state]
  return (
    <span className="g-nowrap">
      <Mark shape={shape} tone={tone} />
      {text}
    </span>
  )
}

export function spanText(start: string, end: string): string {
  return `${dayTime(Date.parse(start))} to ${dayTime(Date.parse(end))}`
}
