// Leases of the fake server for times that recur: every day or on days of the week, in UTC. Other rules recur daily here; the real
// expansion is the engine's.
import type { BodyOf, endpoints, LeaseSeriesView, LeaseView } from '@gleaner/model'
import { GleanerError, parseDurationMs } from '@gleaner/model'
import type { FakeState } from './fake-state.ts'
import { makeLease, planOf } from './leases.ts'

type SeriesBody = BodyOf<(typeof endpoints)['createLeaseSeries']>
type SeriesTime = LeaseSeriesView['times'][number]

const dayMs = 86_400_000
const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
const mostTimes = 366

export function planSeries(state: FakeState, body: SeriesBody): LeaseSeriesView {
  return { times: startsOf(state, body).map((startMs) => timeAt(state, body, startMs)) }
}

export function makeSeries(state: FakeState, body: SeriesBody): LeaseSeriesView {
  const { times } = planSeries(state, body)
  const clash = times.find(({ refusal }) => refusal !== undefined)
  if (clash?.refusal !== undefined && body.skipClashes !== true)
    throw new GleanerError('lease-no-slot', { detail: `${clash.name}: ${clash.refusal}` })
  const { rule, timeZone = 'UTC' } = body.recurrence
  const id = `series_${state.leases.length + 1}`
  return {
    id,
    times: times.map((time) => {
      if (time.refusal !== undefined) return time
      const { recurrence: _recurrence, skipClashes: _skipClashes, ...wish } = body
      const lease = makeLease(state, { ...wish, name: time.name, start: time.start })
      lease.series = { id, rule, timeZone }
      return { ...time, lease: lease.id }
    }),
  }
}

export function endSeries(state: FakeState, id: string): LeaseView[] {
  const ended = state.leases.filter(({ series, state: is }) => series?.id === id && is === 'pending')
  for (const lease of ended) lease.state = 'cancelled'
  state.tell('lease')
  return ended
}

function timeAt(state: FakeState, body: SeriesBody, startMs: number): SeriesTime {
  const start = new Date(startMs).toISOString()
  const name = `${body.name} ${start.slice(0, 10)}`
  const { slot, refusal } = planOf(state, { reservations: body.reservations, duration: body.duration ?? '1h', start })
  const end = slot?.end ?? new Date(startMs + (parseDurationMs(body.duration ?? '1h') ?? 0)).toISOString()
  const hosts = slot?.hosts.flat() ?? []
  return { name, start, end, hosts, ...(refusal === undefined ? {} : { refusal: refusal.sentence }) }
}

function startsOf(state: FakeState, { start, recurrence }: SeriesBody): number[] {
  const parts = new Map(recurrence.rule.split(';').map((part) => part.split('=', 2) as [string, string]))
  const days = (parts.get('BYDAY') ?? weekdays.join()).split(',')
  const until = parts.get('UNTIL')
  const untilDay = until === undefined ? '9999' : `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`
  const most = Math.min(mostTimes, Number(parts.get('COUNT') ?? mostTimes))
  const firstMs = start === undefined || start === 'now' ? state.nowMs() : Date.parse(start)
  const weekly = parts.get('FREQ') === 'WEEKLY' && !parts.has('BYDAY')
  const starts: number[] = []
  for (let nth = 0; nth < mostTimes && starts.length < most; nth++) {
    const atMs = firstMs + nth * dayMs
    if (new Date(atMs).toISOString().slice(0, 10) > untilDay) break
    const isDay = weekly ? nth % 7 === 0 : days.includes(weekdays[new Date(atMs).getUTCDay()] ?? '')
    if (isDay) starts.push(atMs)
  }
  return starts
}
