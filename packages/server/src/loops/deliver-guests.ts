// Hands the notices of one cloud's instances to the guests themselves, where the cloud has a way to them. A guest that
// listens says that it has the notice; until then it is told again, up to the time from which what was announced may happen,
// or for ten minutes. A guest that never listens is no problem: most have nobody who would.
import type { Cloud } from '@gleaner/ports'
import type { InstanceId } from '@gleaner/model'
import { guestLoop, guestNotifier } from '../notices/add-notice.ts'
import { backOffMs } from '../notices/back-off.ts'
import type { Runtime } from '../runtime.ts'
import { Loop } from './loop.ts'

const noticesPerRun = 50
/** Real time that a guest has for its answer. */
const answerMs = 5000
const newsMs = 600_000

export function deliverGuestsLoop(runtime: Runtime, cloud: Cloud): Loop {
  const { store, state, clock, problems, config } = runtime
  const notifier = guestNotifier(cloud.id)
  return new Loop({
    name: guestLoop(cloud.id),
    periodMs: 5000 * clock.speed,
    clock,
    onError: (error) => void problems.reportError(`telling the guests of ${cloud.id}`, error),
    run: async (signal) => {
      const { fence } = state
      const { guestNotices } = cloud
      if (fence === undefined || guestNotices === undefined) return 'follows'
      const { giveUpMs, queue } = config.notices
      await store.outbox.trim(fence, notifier, {
        most: queue,
        beforeMs: clock.nowMs() - giveUpMs,
        nowMs: clock.nowMs(),
      })
      const due = await store.outbox.due(notifier, { nowMs: clock.nowMs(), limit: noticesPerRun })
      const told = await Promise.all(
        due.map(async ({ notice, attempts }) => {
          const { id, instanceId, sentence, dueAtMs, createdAtMs } = notice
          const kind = notice.about?.kind ?? 'told'
          const until = AbortSignal.any([signal, AbortSignal.timeout(answerMs)])
          const has = await guestNotices.tell(instanceId as InstanceId, { id, kind, sentence, dueAtMs }, until)
          if (has) {
            await store.outbox.sent(fence, notifier, { id })
            return 1
          }
          const missed = { id, atMs: clock.nowMs(), fault: 'the guest could not be told' }
          const nextAtMs = clock.nowMs() + backOffMs(attempts + 1, Math.random()) * clock.speed
          if (nextAtMs > (dueAtMs ?? createdAtMs + newsMs)) await store.outbox.giveUp(fence, notifier, missed)
          else await store.outbox.later(fence, notifier, { ...missed, nextAtMs })
          return 0
        }),
      )
      await problems.settle(`telling the guests of ${cloud.id}`)
      const { count } = await store.outbox.waiting(notifier)
      return `${told.filter((each) => each === 1).length} told, ${count} waiting`
    },
  })
}
