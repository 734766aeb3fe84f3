// A lease as the API shows it: names beside ids, times as text, filters as they were written.
import {
  formatDurationMs,
  type InstanceWish,
  type Lease,
  type LeaseRenewal,
  type LeaseShare,
  type LeaseUnused,
  type LeaseView,
} from '@gleaner/model'
import { only } from './only.ts'
import { timeText } from './time-text.ts'
import type { Waiting } from '../../commands/promote-waiting.ts'
import type { WorldIndex } from './world-index.ts'

function roomView({ amount, size, affinity }: InstanceWish, shares: readonly LeaseShare[]) {
  const [vcpus, memoryMiB, diskGiB] = size
  // Instances that stay together are one unit.
  const on = shares.map(({ host, units }) => ({ host, instances: affinity === 'together' ? amount : units }))
  return { amount, vcpus, memoryMiB, diskGiB, ...only('affinity', affinity), on }
}

function unusedView({ sinceMs, warnedAtMs, endsAtMs, endedAtMs }: LeaseUnused) {
  const at = (atMs: number | undefined) => (atMs === undefined ? undefined : timeText(atMs))
  return {
    since: timeText(sinceMs),
    warnedAt: timeText(warnedAtMs),
    ...only('endsAt', at(endsAtMs)),
    ...only('endedAt', at(endedAtMs)),
  }
}

function waitingView({ position, of, priority, untilMs, earliestMs }: Waiting) {
  const earliest = earliestMs === undefined ? undefined : timeText(earliestMs)
  return { position, of, priority, until: timeText(untilMs), ...only('earliest', earliest) }
}

function openEndedView({ termMs, renewedAtMs }: LeaseRenewal, renewWithinMs: number | undefined) {
  const renewBy = renewWithinMs === undefined ? undefined : timeText(renewedAtMs + renewWithinMs)
  return { term: formatDurationMs(termMs), renewedAt: timeText(renewedAtMs), ...only('renewBy', renewBy) }
}

export interface LeaseOutlook {
  /** Until when it could be extended. */
  readonly longestUntilMs?: number | undefined
  readonly waiting?: Waiting | undefined
  /** How long it is good for that a lease without an end is needed. */
  readonly renewWithinMs?: number | undefined
}

export function leaseView(lease: Lease, world: WorldIndex, outlook: LeaseOutlook = {}): LeaseView {
  const { longestUntilMs, waiting, renewWithinMs } = outlook
  const lapse = lease.state === 'proposed' ? lease.events.find(({ kind }) => kind === 'lapse') : undefined
  return {
    id: lease.id,
    name: lease.name,
    cloud: lease.cloudId,
    project: world.projectName(lease.projectId),
    by: lease.by,
    state: lease.state,
    start: timeText(lease.span.startMs),
    end: timeText(lease.span.endMs),
    createdAt: timeText(lease.createdAtMs),
    updatedAt: timeText(lease.updatedAtMs),
    ...only('heldUntil', lapse === undefined ? undefined : timeText(lapse.dueAtMs)),
    endAction: lease.endAction,
    reservations: lease.reservations.map(({ id, wish, filter, shares, asked }) => ({
      id,
      min: wish.kind === 'hosts' ? wish.min : wish.amount,
      max: wish.kind === 'hosts' ? wish.max : wish.amount,
      ...only('filter', filter?.text),
      hosts: shares.map(({ host }) => host),
      ...only('asked', asked),
      ...only('instances', wish.kind === 'instances' ? roomView(wish, shares) : undefined),
    })),
    events: lease.events.map(({ kind, dueAtMs, state, doneAtMs, outcome }) => ({
      kind,
      at: timeText(dueAtMs),
      state,
      ...only('doneAt', doneAtMs === undefined ? undefined : timeText(doneAtMs)),
      ...only('outcome', outcome),
    })),
    ...only(
      'swaps',
      lease.swaps?.map(({ atMs, from, to, because }) => ({ at: timeText(atMs), from, to: [...to], because })),
    ),
    ...only('openEnded', lease.renewal === undefined ? undefined : openEndedView(lease.renewal, renewWithinMs)),
    ...only('series', lease.series),
    ...only('waiting', waiting === undefined ? undefined : waitingView(waiting)),
    ...only('promotedAt', lease.promotedAtMs === undefined ? undefined : timeText(lease.promotedAtMs)),
    ...only('unused', lease.unused === undefined ? undefined : unusedView(lease.unused)),
    ...only(
      'longestUntil',
      longestUntilMs === undefined || !Number.isFinite(longestUntilMs) ? undefined : timeText(longestUntilMs),
    ),
  }
}
