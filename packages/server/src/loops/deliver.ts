// Posts the notices that wait for one hook. A notice leaves the queue after the hook took it: a process that dies in between
// posts it again, with the same id. One notice that fails waits for its own time and holds up no other; a hook that fails
// several times in a row is left alone for a while as a whole, and is a problem until it takes a notice again.
import type { Fence, StoredNotice } from '@gleaner/ports'
import type { HookSettings } from '../config/notices.ts'
import { realClock } from '../clock/real-clock.ts'
import { hookLoop, hookNotifier } from '../notices/add-notice.ts'
import { backOffMs } from '../notices/back-off.ts'
import { chatBody } from '../notices/chat-body.ts'
import { noticeBody } from '../notices/notice-body.ts'
import { type PostOutcome, postNotice } from '../notices/post-notice.ts'
import type { Runtime } from '../runtime.ts'
import { Loop } from './loop.ts'

const noticesPerRun = 50
const failuresInARow = 3
const runMs = 30_000

export function deliverLoop(runtime: Runtime, hook: HookSettings): Loop {
  const { store, state, clock, problems, config, log } = runtime
  const { timeoutMs, giveUpMs, queue } = config.notices
  const notifier = hookNotifier(hook.id)
  const subject = `hook ${hook.id}`
  let failures = 0
  let restUntilMs = 0

  async function tellGivenUp(count: number): Promise<void> {
    await problems.report({
      code: 'notices-given-up',
      severity: 'error',
      subject,
      sentence: `${count === 1 ? 'One notice' : `${count} notices`} for the hook ${hook.id} could not be delivered and ${count === 1 ? 'was' : 'were'} given up.`,
      remedy: 'Repair the receiver; what was given up still stands in the history of its instances.',
    })
  }

  async function take(fence: Fence, item: { notice: StoredNotice; attempts: number }, outcome: PostOutcome) {
    const { id } = item.notice
    if (outcome.kind === 'delivered') {
      failures = 0
      await store.outbox.sent(fence, notifier, id)
      await problems.settle(subject)
      return
    }
    log.info({ hook: hook.id, notice: id, attempt: item.attempts + 1, fault: outcome.fault }, 'a notice was not taken')
    if (outcome.kind === 'refused') {
      failures = 0
      await store.outbox.giveUp(fence, notifier, id)
      await problems.report({
        code: 'notice-refused',
        severity: 'warning',
        subject,
        sentence: `The hook ${hook.id} refuses notices: ${outcome.fault}. The last one was ${id}.`,
        remedy: 'Let the receiver take what docs/guides/notices.md describes; refused notices are not sent again.',
      })
      return
    }
    failures++
    const nowMs = clock.nowMs()
    const waitMs = outcome.retryAfterMs ?? backOffMs(item.attempts + 1, Math.random())
    await store.outbox.later(fence, notifier, { id, nextAtMs: nowMs + waitMs * clock.speed })
    if (failures < failuresInARow) return
    restUntilMs =
      nowMs + (outcome.retryAfterMs ?? backOffMs(failures - failuresInARow + 1, Math.random())) * clock.speed
    await problems.report({
      code: 'hook-failing',
      severity: 'error',
      subject,
      sentence: `Notices cannot be delivered to the hook ${hook.id} at ${hook.url.host}: ${outcome.fault}.`,
      remedy:
        'Check that the receiver is up and that address, certificate and authorization of this hook are right; notices wait and are sent again by themselves.',
    })
  }

  return new Loop({
    name: hookLoop(hook.id),
    periodMs: 5000 * clock.speed,
    clock,
    onError: (error) => void problems.reportError(`delivering to ${hook.id}`, error),
    run: async (signal) => {
      const { fence } = state
      if (fence === undefined) return 'follows'
      const givenUp = await store.outbox.trim(fence, notifier, { most: queue, beforeMs: clock.nowMs() - giveUpMs })
      if (givenUp > 0) await tellGivenUp(givenUp)
      const endMs = performance.now() + runMs
      let posted = 0
      if (clock.nowMs() >= restUntilMs) {
        for (const item of await store.outbox.due(notifier, { nowMs: clock.nowMs(), limit: noticesPerRun })) {
          if (signal.aborted || performance.now() >= endMs || clock.nowMs() < restUntilMs) break
          const body = noticeBody(item.notice, runtime.keepLinks)
          const outcome: PostOutcome =
            body === undefined
              ? { kind: 'refused', fault: 'it is of an older version' }
              : await postNotice(hook, {
                  id: item.notice.id,
                  body: hook.chat === undefined ? JSON.stringify(body) : chatBody(hook.chat, body),
                  timestampS: Math.floor(realClock.nowMs() / 1000),
                  timeoutMs,
                  signal,
                })
          if (signal.aborted && outcome.kind !== 'delivered') break
          await take(fence, item, outcome)
          if (outcome.kind === 'delivered') posted++
        }
      }
      await problems.settle(`delivering to ${hook.id}`)
      const { count } = await store.outbox.waiting(notifier)
      if (count > 0 && posted === noticesPerRun) runtime.wake(hookLoop(hook.id))
      return `${posted} posted, ${count} waiting`
    },
  })
}
