// Carries preemption on: decisions under way one step further; firm requests that the cloud could not place; headroom, a
// shrinking offer and the end of run times; projects beyond their quota; the return of those who were evicted; claims that belong to nobody. Everything
// it does is a step of a stored decision or a proposal of the next plan; the loop itself remembers nothing that matters.
import type { EvictionDecision } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import type { PreemptionSaga } from '../actions/preemption-saga.ts'
import type { EvictionOffers } from '../preemption/offers.ts'
import { ProactiveEvictions } from '../preemption/proactive.ts'
import { QuotaWatch } from '../preemption/quota-watch.ts'
import { ClaimReaper } from '../preemption/reap-claims.ts'
import { Returns } from '../preemption/returns.ts'
import { UnplacedWatch } from '../preemption/watch-unplaced.ts'
import type { Runtime } from '../runtime.ts'
import { Loop } from './loop.ts'

export interface PreemptParts {
  readonly saga: PreemptionSaga
  readonly offers: EvictionOffers
}

export function preemptLoop(runtime: Runtime, { saga, offers }: PreemptParts): Loop {
  const { state, clock, evictions, config } = runtime
  const unplaced = new UnplacedWatch(runtime)
  const proactive = new ProactiveEvictions(runtime)
  const quotas = new QuotaWatch(runtime)
  const returns = new Returns(runtime, offers)
  const reaper = new ClaimReaper(runtime)
  return new Loop({
    name: 'preempt',
    periodMs: Math.min(2000 * clock.speed, config.periods.observeMs),
    clock,
    onError: (error) => void runtime.problems.reportError('preemption', error),
    run: async (signal) => {
      const { fence } = state
      if (fence === undefined || !state.ready) return 'follows'
      await evictions.load(fence, clock.nowMs())
      await runtime.leases.load(fence)
      await reaper.run(signal)
      await unplaced.run(fence, signal)
      await proactive.run(fence)
      await quotas.run()
      const open = evictions.open()
      await Promise.all(open.map((decision) => advance({ runtime, saga, fence, signal }, decision)))
      await returns.run(fence, signal)
      wakeOthers(runtime, offers)
      evictions.tidy(clock.nowMs())
      await runtime.problems.settle('preemption')
      const waiting = evictions.onTheirWayBack().length
      return `${evictions.open().length} under way, ${waiting} wait to return`
    },
  })
}

interface Advancing {
  readonly runtime: Runtime
  readonly saga: PreemptionSaga
  readonly fence: Fence
  readonly signal: AbortSignal
}

/** One decision that cannot go on keeps no other from it. */
async function advance({ runtime, saga, fence, signal }: Advancing, { id, cloudId }: EvictionDecision): Promise<void> {
  const subject = `decision ${id}`
  try {
    await saga.advance(fence, id, signal)
    await runtime.problems.settle(subject)
    await runtime.problems.settle(`room on ${cloudId}`)
  } catch (error) {
    if (!signal.aborted) await runtime.problems.reportError(subject, error)
  }
}

/** The plan runs when what is wanted of it has changed, or a notice has ended; the executor looks while somebody leaves. */
function wakeOthers(runtime: Runtime, offers: EvictionOffers): void {
  const { evictions, state, clock } = runtime
  const open = evictions.open()
  if (offers.changed(open)) runtime.wake('decide')
  const nowMs = clock.nowMs()
  for (const { victims, state: at } of open) {
    if (at !== 'reserved' && at !== 'evicting' && at !== 'placing') continue
    for (const { instanceId, state: how } of victims) {
      if (how === 'leaving') runtime.wake('watch')
      const due = state.proposals
        .get(instanceId)
        ?.some(({ state: is, dueAtMs }) => is === 'notified' && (dueAtMs ?? 0) <= nowMs)
      if (due === true) runtime.wake('decide')
    }
  }
}
