// Sends the notices that wait for one channel: a hook, recipients of mail. A notice leaves the queue after the receiver took it:
// a process that dies in between sends it again, with the same id. One notice that fails waits for its own time and holds up no other; a channel that fails
// several times in a row is left alone for a while as a whole, and is a problem until it takes a notice again.
import type { Fence, StoredNotice } from '@gleaner/ports'
import { realClock } from '../clock/real-clock.ts'
import { backOffMs } from '../notices/back-off.ts'
import type { NoticeChannel } from '../notices/channels.ts'
import { linger } from '../notices/linger.ts'
import { noticeBody } from '../notices/notice-body.ts'
import type { PostOutcome } from '../notices/post-notice.ts'
import type { Runtime } from '../runtime.ts'
import { Loop } from './loop.ts'

const noticesPerRun = 50
const failuresInARow = 3
const runMs = 30_000
/** A process that ends waits so long for the message that is under way. */
const lingerMs = 2000

export function deliverLoop(runtime: Runtime, channel: NoticeChannel): Loop {
  const { store, state, clock, problems, config, log } = runtime
  const { timeoutMs, giveUpMs, queue } = config.notices
  const { notifier, name } = channel
  const subject = `${channel.kind} ${channel.id}`
  let failures = 0
  let restUntilMs = 0

  async function tellGivenUp(count: number): Promise<void> {
    await problems.report({
      code: 'notices-given-up',
      severity: 'error',
      subject,
      sentence: `${count === 1 ? 'One notice' : `${count} notices`} for ${name} could not be delivered and ${count === 1 ? 'was' : 'were'} given up.`,
      remedy: 'Repair the receiver; what was given up still stands in the history of its instances.',
    })
  }

  const tellRefused = (fault: string, id: string) =>
    problems.report({
      code: 'notice-refused',
      severity: 'warning',
      subject,
      sentence: `${capital(name)} refuse${channel.kind === 'hook' ? 's' : ''} notices: ${fault}. The last one was ${id}.`,
      remedy:
        channel.kind === 'hook'
          ? 'Let the receiver take what docs/guides/notices.md describes; refused notices are not sent again.'
          : 'Check the addresses of these recipients; what was refused is not sent again.',
    })

  async function deliver(item: { notice: StoredNotice }, signal: AbortSignal): Promise<PostOutcome> {
    const body = item.notice.report ?? noticeBody(item.notice, runtime.keepLinks)
    if (body === undefined) return { kind: 'refused', fault: 'it is of an older version' }
    const lingering = linger(signal, lingerMs)
    try {
      return await channel.deliver(body, { realMs: realClock.nowMs(), timeoutMs, signal: lingering.signal })
    } finally {
      lingering.release()
    }
  }

  async function take(fence: Fence, item: { notice: StoredNotice; attempts: number }, outcome: PostOutcome) {
    const { id } = item.notice
    if (outcome.kind === 'delivered') {
      failures = 0
      await store.outbox.sent(fence, notifier, { id, fault: outcome.refusedBy })
      await problems.settle(subject)
      if (outcome.refusedBy !== undefined) await tellRefused(outcome.refusedBy, id)
      return
    }
    log.info({ to: notifier, notice: id, attempt: item.attempts + 1, fault: outcome.fault }, 'a notice was not taken')
    if (outcome.kind === 'refused') {
      failures = 0
      await store.outbox.giveUp(fence, notifier, { id, atMs: clock.nowMs(), fault: outcome.fault })
      await tellRefused(outcome.fault, id)
      return
    }
    failures++
    const nowMs = clock.nowMs()
    const waitMs = outcome.retryAfterMs ?? backOffMs(item.attempts + 1, Math.random())
    await store.outbox.later(fence, notifier, {
      id,
      nextAtMs: nowMs + waitMs * clock.speed,
      atMs: nowMs,
      fault: outcome.fault,
    })
    if (failures < failuresInARow) return
    restUntilMs =
      nowMs + (outcome.retryAfterMs ?? backOffMs(failures - failuresInARow + 1, Math.random())) * clock.speed
    await problems.report({
      code: `${channel.kind}-failing`,
      severity: 'error',
      subject,
      sentence: `Notices cannot be delivered to ${name} at ${channel.host}: ${outcome.fault}.`,
      remedy: channel.remedy,
    })
  }

  return new Loop({
    name: channel.loop,
    periodMs: 5000 * clock.speed,
    clock,
    onError: (error) => void problems.reportError(`delivering to ${notifier}`, error),
    run: async (signal) => {
      const { fence } = state
      if (fence === undefined) return 'follows'
      const givenUp = await store.outbox.trim(fence, notifier, {
        most: queue,
        beforeMs: clock.nowMs() - giveUpMs,
        nowMs: clock.nowMs(),
      })
      if (givenUp > 0) await tellGivenUp(givenUp)
      const endMs = performance.now() + runMs
      let sent = 0
      if (clock.nowMs() >= restUntilMs) {
        for (const item of await store.outbox.due(notifier, { nowMs: clock.nowMs(), limit: noticesPerRun })) {
          if (signal.aborted || performance.now() >= endMs || clock.nowMs() < restUntilMs) break
          const outcome = await deliver(item, signal)
          if (signal.aborted && outcome.kind !== 'delivered') break
          await take(fence, item, outcome)
          if (outcome.kind === 'delivered') sent++
        }
      }
      await problems.settle(`delivering to ${notifier}`)
      const { count } = await store.outbox.waiting(notifier)
      if (count > 0 && sent === noticesPerRun) runtime.wake(channel.loop)
      return `${sent} posted, ${count} waiting`
    },
  })
}

function capital(text: string): string {
  return text.replace(/^./, (first) => first.toUpperCase())
}
