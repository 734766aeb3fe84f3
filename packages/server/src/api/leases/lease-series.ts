// Series of leases over HTTP: planned, made, called off.
import type { endpoints, Lease, LeaseSeriesView } from '@gleaner/model'
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
  return {
    request: {
      ...leaseWish(call),
      name,
      endAction,
      noticeMs: noticeMsOf(notice),
      holdMs: undefined,
    },
    recurrence: { rule: recurrence.rule, timeZone: recurrence.timeZone ?? app.config.reservations.timeZone },
    skipClashes,
  }
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
