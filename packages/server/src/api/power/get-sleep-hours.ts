// When the hosts that can be switched slept and will sleep, for the strip of the console. Whose lease it is is not told here.
import { isPowerEntry, sleepSpans } from '@gleaner/engine'
import { type endpoints, type HostId, type JournalEntry, parseDurationMs } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { timeText } from '../view/time-text.ts'

const hourMs = 3_600_000
const longestMs = 31 * 24 * hourMs

export const getSleepHours: Handler<typeof endpoints.getSleepHours> = async ({ app, query }) => {
  const nowMs = app.clock.nowMs()
  const lengthOf = (text: string | undefined) => Math.min(longestMs, parseDurationMs(text ?? '2d') ?? 48 * hourMs)
  const span = { startMs: nowMs - lengthOf(query.back), endMs: nowMs + lengthOf(query.ahead) }
  const history = new Map<HostId, JournalEntry[]>()
  for (const entry of await app.store.journal.since(span.startMs)) {
    if (!isPowerEntry(entry) || entry.hostId === undefined) continue
    const known = history.get(entry.hostId)
    if (known === undefined) history.set(entry.hostId, [entry])
    else known.push(entry)
  }
  return {
    from: timeText(span.startMs),
    now: timeText(nowMs),
    to: timeText(span.endMs),
    hosts: app.insight.power().map(({ host, record, promised, wakesInMs, step }) => ({
      id: host.id,
      host: host.name,
      cloud: host.cloudId,
      spans: sleepSpans({
        host,
        record,
        history: history.get(host.id) ?? [],
        promised,
        isClosing: app.state.modes.energy === 'enforce' && (step === 'close' || step === 'sleep'),
        leadMs: wakesInMs,
        span,
        nowMs,
      }).map(({ kind, startMs, endMs }) => ({ kind, from: timeText(startMs), to: timeText(endMs) })),
    })),
  }
}
