// Deletes what is older than its retention.
import { noticeChannels } from '../notices/channels.ts'
import { guestNotifier, tellsGuests } from '../notices/add-notice.ts'
import type { Runtime } from '../runtime.ts'
import { Loop } from './loop.ts'

export function housekeepingLoop(runtime: Runtime): Loop {
  const { store, clock, config, state } = runtime
  return new Loop({
    name: 'housekeeping',
    periodMs: 600_000 * clock.speed,
    clock,
    delayed: true,
    onError: (error) => void runtime.problems.reportError('housekeeping', error),
    run: async () => {
      if (state.fence === undefined) return 'follows'
      const nowMs = clock.nowMs()
      await store.prune({
        plans: nowMs - config.retention.plansMs,
        ledger: nowMs - config.retention.ledgerMs,
        history: nowMs - config.retention.historyMs,
        energy: nowMs - config.retention.energyMs,
      })
      await store.outbox.keepOnly(state.fence, [
        ...noticeChannels(config.notices).map(({ notifier }) => notifier),
        ...[...runtime.clouds.keys()].filter((id) => tellsGuests(runtime, id)).map(guestNotifier),
      ])
      await runtime.problems.settle('housekeeping')
      return 'pruned'
    },
  })
}
