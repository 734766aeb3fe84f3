// States of leases in words with their marks, and spans of time as people write them.
import type { LeaseState, LeaseView } from '@gleaner/model'
import { Mark, type MarkShape, type MarkTone } from '../parts/mark.tsx'
import { dayTime } from '../time/absolute.ts'
import { count, counted, figure, memory } from '../words/quantity.ts'
import { isOver } from './lease-standing.ts'

type InstanceSize = NonNullable<LeaseView['reservations'][number]['instances']>

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

/** 3 hosts; 2 to 4 hosts; room for 5 instances of 2 vCPU and 4 GiB. */
export function wantsText(reservations: LeaseView['reservations']): string {
  return reservations
    .map(({ min, max, instances }) =>
      instances !== undefined
        ? `room for ${counted(instances.amount, 'instance')} of ${sizeText(instances)}`
        : min === max
          ? counted(min, 'host')
          : `${count(min)} to ${counted(max, 'host')}`,
    )
    .join(' and ')
}

/** 2 vCPU, 4 GiB and 20 GiB of disk: what there is of it. */
function sizeText({ vcpus, memoryMiB, diskGiB }: InstanceSize): string {
  const parts = [
    ...(vcpus > 0 ? [`${figure(vcpus)} vCPU`] : []),
    ...(memoryMiB > 0 ? [memory(memoryMiB)] : []),
    ...(diskGiB > 0 ? [`${memory(diskGiB * 1024)} of disk`] : []),
  ]
  return [parts.slice(0, -1).join(', '), ...parts.slice(-1)].filter((part) => part !== '').join(' and ')
}

/** When it is over, or that it is not. */
export function endText(lease: Pick<LeaseView, 'end' | 'openEnded' | 'state'>): string {
  return lease.openEnded !== undefined && !isOver(lease) ? 'no end' : dayTime(Date.parse(lease.end))
}

/** A sentence of the server, whose moments are in UTC, by the viewer's clock. */
export function withLocalTimes(sentence: string): string {
  return sentence.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (moment) => dayTime(Date.parse(moment)))
}
