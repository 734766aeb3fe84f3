// Makes happen what is due of leases: start, notice before the end, end. Each event happens once and is written when it has
// happened; what was due while nobody looked is caught up in the order in which it was due. A lease whose end takes long
// keeps nobody waiting: hosts open and close by the times of the leases, not by this loop, and clearing goes on beside it.
import { afterEvent, dueEvents, effectOf } from '@gleaner/engine'
import type { Lease, LeaseEvent } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import type { CommandQueue } from '../decide/command-queue.ts'
import { LeaseRepacker } from '../energy/lease-repacker.ts'
import { clearHosts } from '../reservation/clear-hosts.ts'
import { LeaseHealer } from '../reservation/heal-leases.ts'
import { promoteWaiting } from '../commands/promote-waiting.ts'
import { WaitlistNews } from '../reservation/waitlist-news.ts'
import { LeaseRenewer } from '../reservation/renew-leases.ts'
import { UnusedLeases } from '../reservation/unused-leases.ts'
import { tellOfEnd } from '../reservation/tell-of-end.ts'
import { OccupiedWatch } from '../reservation/watch-occupied.ts'
import { tellApproval } from '../reservation/tell-approval.ts'
import type { Runtime } from '../runtime.ts'
import { Loop } from './loop.ts'

export function leasesLoop(runtime: Runtime, queue: CommandQueue): Loop {
  const { state, clock, leases, problems } = runtime
  const clearing = new Set<string>()
  const healer = new LeaseHealer(runtime)
  const occupied = new OccupiedWatch(runtime)
  const unused = new UnusedLeases(runtime)
  const news = new WaitlistNews(runtime)
  const renewer = new LeaseRenewer(runtime)
  const repacker = new LeaseRepacker(runtime)

  const happen = async (fence: Fence, lease: Lease, event: LeaseEvent): Promise<void> => {
    const nowMs = clock.nowMs()
    const effect = effectOf(lease, event, nowMs)
    if (effect === 'clear') {
      if (clearing.has(lease.id)) return
      clearing.add(lease.id)
      // Not awaited: another lease's start must not wait for it.
      void clearHosts(runtime, queue, lease)
        .then(async (outcome) => {
          const now = leases.find(lease.id)
          if (now !== undefined && state.fence?.term === fence.term)
            await leases.save(fence, afterEvent(now, event.kind, { nowMs: clock.nowMs(), outcome }))
          tellApproval(runtime, lease)
        })
        .catch((error: unknown) => problems.reportError(`lease ${lease.id}`, error))
        .finally(() => clearing.delete(lease.id))
      return
    }
    if (lease.state === 'waiting') await news.gaveUp(fence, lease)
    const outcome = effect === 'tell' ? await tellOfEnd(runtime, fence, lease) : outcomeOf(runtime, lease, event)
    // While people were told somebody may have ended or changed it: that stands, and the event is added to it.
    const known = leases.find(lease.id)
    if (known?.events.find(({ kind }) => kind === event.kind)?.state !== 'waiting') return
    // They were told of an end that is none any more: the next run tells the other one.
    if (effect === 'tell' && known.span.endMs !== lease.span.endMs) return
    await leases.save(fence, afterEvent(known, event.kind, { nowMs, outcome }))
    if (event.kind === 'end') tellApproval(runtime, lease)
    runtime.log.info({ lease: lease.id, event: event.kind }, `${lease.name}: ${outcome}`)
  }

  return new Loop({
    name: 'leases',
    periodMs: 1000 * clock.speed,
    clock,
    onError: (error) => void problems.reportError('leases', error),
    run: async () => {
      const { fence } = state
      if (fence === undefined) return 'follows'
      await leases.load(fence)
      // Before what is due: what goes on does not end, also when nobody looked for a while.
      await renewer.run(fence)
      for (const { lease, event } of dueEvents(leases.open(), clock.nowMs())) {
        const now = leases.find(lease.id)
        if (now?.events.find(({ kind }) => kind === event.kind)?.state !== 'waiting') continue
        // One that cannot go on keeps no other from it; the next run tries again.
        await happen(fence, now, event).then(
          () => problems.settle(`lease ${lease.id}`),
          (error: unknown) => problems.reportError(`lease ${lease.id}`, error),
        )
      }
      await healer.heal(fence)
      await promoteWaiting(runtime, fence)
      await news.tell(fence)
      await occupied.run()
      await unused.run(fence)
      await repacker.run(fence)
      await problems.settle('leases')
      const open = leases.open()
      return `${open.filter((lease) => lease.state === 'active').length} active, ${open.length} open`
    },
  })
}

function outcomeOf(runtime: Runtime, lease: Lease, { kind }: LeaseEvent): string {
  const hosts = lease.reservations.flatMap(({ shares }) => shares)
  if (kind === 'lapse') return lease.state === 'waiting' ? 'no room came free in time' : 'nobody confirmed it'
  if (kind === 'end') return `${hosts.length} host${hosts.length === 1 ? '' : 's'} given back`
  if (kind === 'before-end') return 'nobody had to be told'
  const snapshot = runtime.state.clouds.get(lease.cloudId)?.snapshot
  const strangers = hosts
    .flatMap(({ hostId }) => snapshot?.instancesOfHost.get(hostId) ?? [])
    .filter(({ projectId }) => projectId !== lease.projectId)
  if (strangers.length > 0)
    runtime.log.warn(
      { lease: lease.id, instances: strangers.map(({ id }) => id) },
      `${lease.name}: others are still there`,
    )
  // The project of the lease reads this: which instances others have is not for it.
  const still =
    strangers.length === 0
      ? ''
      : `; ${strangers.length} instance${strangers.length === 1 ? '' : 's'} of others still there`
  return `${hosts.length} host${hosts.length === 1 ? '' : 's'} begun${still}`
}
