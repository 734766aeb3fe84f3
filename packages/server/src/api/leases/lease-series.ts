// Series of leases over HTTP: planned, made, called off.
import { isTimeZone, wallClockEnd } from '@gleaner/engine'
import { type endpoints, type Lease, type LeaseSeriesView, parseDurationMs } from '@gleaner/model'
import type { LeaseWishRequest } from '../../reservation/lease-request.ts'
import type { SeriesRequest, SeriesTime } from '../../commands/lease-series.ts'
import type { Call, Handler } from '../handler.ts'
import { leaseView } from '../view/lease-view.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'
import { leaseWish, noticeMsOf } from './lease-wish.ts'

export const planLeaseSeries: Handler<typeof endpoints.planLeaseSeries> = async (call) => {
  const times = await call.app.commands.planLeaseSeries(seriesOf(call))
  return { times: times.map((time) => timeView(time, 'planned')) }
}

export const createLeaseSeries: Handler<typeof endpoints.createLeaseSeries> = async (call) => {
  const { id, times } = await call.app.commands.makeLeaseSeries(seriesOf(call), call.caller)
  return { id, times: times.map((time) => timeView(time, 'made')) }
}

export const endLeaseSeries: Handler<typeof endpoints.endLeaseSeries> = async (call) => {
  const { app, params, query, sight, caller, world } = call
  const fromMs = query.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(query.from)
  const wish = { id: params.id, fromMs, sees: ({ projectId }: Lease) => sight.sees(projectId) }
  const ended = await app.commands.endLeaseSeries(wish, caller)
  return { items: ended.map((lease) => leaseView(lease, world())) }
}

function seriesOf(call: Call<typeof endpoints.createLeaseSeries>): SeriesRequest {
  const { app, body } = call
  const { name, endAction = 'nothing', notice, recurrence, skipClashes = false } = body
  const timeZone = recurrence.timeZone ?? app.config.reservations.timeZone
  return {
    request: {
      ...firstTime(call, timeZone),
      name,
      endAction,
      noticeMs: noticeMsOf(notice),
      holdMs: undefined,
    },
    recurrence: { rule: recurrence.rule, timeZone },
    skipClashes,
  }
}

/** What recurs yearly at most is over by then. */
const longestMs = 366 * 86_400_000

/** Eight hours from 22:00 on are until 06:00, also when the first time is in the night that is an hour longer. */
function firstTime(call: Call<typeof endpoints.createLeaseSeries>, timeZone: string): LeaseWishRequest {
  const wish = leaseWish(call)
  const { duration, end } = call.body
  const lengthMs = duration === undefined || end !== undefined ? undefined : parseDurationMs(duration)
  if (lengthMs === undefined || lengthMs > longestMs || !isTimeZone(timeZone)) return wish
  const { startMs } = wish.window
  return { ...wish, window: { startMs, endMs: wallClockEnd(startMs, lengthMs, timeZone) } }
}

function timeView(
  { name, span, lease, refusal }: SeriesTime,
  of: 'planned' | 'made',
): LeaseSeriesView['times'][number] {
  return {
    name,
    start: timeText(lease?.span.startMs ?? span.startMs),
    end: timeText(lease?.span.endMs ?? span.endMs),
    hosts: lease?.reservations.flatMap(({ shares }) => shares.map(({ host }) => host)) ?? [],
    ...only('lease', of === 'made' ? lease?.id : undefined),
    ...only('refusal', refusal),
  }
}
