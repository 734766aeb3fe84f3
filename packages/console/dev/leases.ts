// Leases of the fake server: a few on every host, made from a seed, and those that are made on the page. Planning here knows
// whole windows only; the real planner is the engine's.
import type { BodyOf, endpoints, LeaseCalendarView, LeasePlanView, LeaseQuotaView, LeaseView } from '@gleaner/model'
import { GleanerError, parseDurationMs } from '@gleaner/model'
import type { FakeState } from './fake-state.ts'
import { seeded } from './random.ts'

const hourMs = 3_600_000
const projects = ['genomics', 'webshop', 'physics-lab', 'teaching']
const names = ['exam', 'nightly-build', 'course', 'benchmark', 'release', 'training-run']

export function makeLeases(state: Pick<FakeState, 'world' | 'nowMs'>): LeaseView[] {
  const random = seeded(7)
  const nowMs = state.nowMs()
  const leases: LeaseView[] = []
  for (const { name: host } of state.world.hosts.filter(({ state: is }) => is === 'up')) {
    let atMs = nowMs - random() * 40 * hourMs
    for (let nth = 0; nth < 4; nth++) {
      atMs += random() * 30 * hourMs
      const endMs = atMs + (2 + random() * 40) * hourMs
      if (endMs > nowMs)
        leases.push(leaseOf({ id: leases.length + 1, host: [host], startMs: atMs, endMs, nowMs, random }))
      atMs = endMs
    }
  }
  return leases
}

interface Parts {
  readonly id: number
  readonly host: string[]
  readonly startMs: number
  readonly endMs: number
  readonly nowMs: number
  readonly random: () => number
}

function leaseOf({ id, host, startMs, endMs, nowMs, random }: Parts): LeaseView {
  const iso = (ms: number) => new Date(ms).toISOString()
  const begun = startMs <= nowMs
  return {
    id: `lease_${id}`,
    name: `${names[Math.floor(random() * names.length)]}-${id}`,
    cloud: 'lab',
    project: projects[Math.floor(random() * projects.length)] ?? '',
    by: 'ada',
    state: begun ? 'active' : 'pending',
    start: iso(startMs),
    end: iso(endMs),
    createdAt: iso(nowMs - 50 * hourMs),
    updatedAt: iso(nowMs - 50 * hourMs),
    endAction: 'nothing',
    reservations: [{ id: `reservation_${id}`, min: host.length, max: host.length, hosts: host }],
    events: [
      { kind: 'start', at: iso(startMs), state: begun ? 'done' : 'waiting' },
      { kind: 'end', at: iso(endMs), state: 'waiting' },
    ],
  }
}

const isOpen = ({ state }: LeaseView) => state === 'active' || state === 'pending' || state === 'proposed'

export function calendarOf(state: FakeState, query: { from?: string; to?: string }): LeaseCalendarView {
  const from = query.from ?? state.iso()
  const to = query.to ?? state.iso(168 * hourMs)
  const busy = new Map<string, LeaseCalendarView['hosts'][number]['busy']>()
  for (const lease of state.leases.filter((one) => isOpen(one) && one.start < to && from < one.end))
    for (const host of lease.reservations.flatMap(({ hosts }) => hosts)) {
      const { id, name, project, start, end, state: is } = lease
      busy.set(host, [...(busy.get(host) ?? []), { id, lease: name, project, start, end, state: is }])
    }
  return {
    from,
    to,
    hosts: state.world.hosts.map(({ name, state: is }) => ({
      host: name,
      cloud: 'lab',
      ...(is === 'up' ? {} : { closed: is }),
      busy: busy.get(name) ?? [],
    })),
  }
}

export function planOf(state: FakeState, body: BodyOf<(typeof endpoints)['planLease']>): LeasePlanView {
  const startMs = body.start === undefined || body.start === 'now' ? state.nowMs() : Date.parse(body.start)
  const [start, end] = [startMs, startMs + (parseDurationMs(body.duration ?? '1h') ?? hourMs)].map((ms) =>
    new Date(ms).toISOString(),
  ) as [string, string]
  const free = calendarOf(state, { from: start, to: end }).hosts.filter(
    ({ busy, closed }) => busy.length === 0 && closed === undefined,
  )
  const needed = body.reservations[0]?.min ?? 1
  if (free.length >= needed)
    return { feasible: true, slot: { start, end, hosts: [free.slice(0, needed).map(({ host }) => host)] } }
  return {
    feasible: false,
    refusal: {
      sentence: `${needed} hosts are not free together within the window: ${free.length} of ${needed} at most.`,
      reservation: 0,
      needed,
      available: free.length,
      alternatives: free.length === 0 ? [] : [{ kind: 'fewer', hosts: free.length, start, end }],
      out: [],
    },
  }
}

export function makeLease(state: FakeState, body: BodyOf<(typeof endpoints)['createLease']>): LeaseView {
  const { slot } = planOf(state, body)
  if (slot === undefined) throw new GleanerError('lease-no-slot', { detail: 'There is no place.' })
  const [startMs, endMs] = [Date.parse(slot.start), Date.parse(slot.end)]
  const id = state.leases.length + 1
  const made = leaseOf({ id, host: slot.hosts.flat(), startMs, endMs, nowMs: state.nowMs(), random: () => 0 })
  const [held] = made.reservations
  const { instances } = body.reservations[0] ?? {}
  if (held !== undefined && instances !== undefined) held.instances = roomOf(instances, held.hosts)
  const { name, project = 'webshop', endAction = 'nothing', holdFor } = body
  const lease: LeaseView = { ...made, name, project, endAction }
  if (holdFor !== undefined) {
    lease.state = 'proposed'
    lease.heldUntil = state.iso(parseDurationMs(holdFor) ?? hourMs)
  }
  state.leases.unshift(lease)
  state.tell('lease')
  return lease
}

type Room = NonNullable<LeaseView['reservations'][number]['instances']>

/** All of it on the first host. */
function roomOf(asked: { amount: number } & Partial<Room>, [host = '']: readonly string[]): Room {
  const { amount, vcpus = 0, memoryMiB = 0, diskGiB = 0, affinity } = asked
  const on = [{ host, instances: amount }]
  return { amount, vcpus, memoryMiB, diskGiB, on, ...(affinity === undefined ? {} : { affinity }) }
}

export function confirmedLease(state: FakeState, id: string): LeaseView {
  const lease = leaseById(state, id)
  if (lease.state === 'proposed') {
    lease.state = Date.parse(lease.start) <= state.nowMs() ? 'active' : 'pending'
    delete lease.heldUntil
    state.tell('lease')
  }
  return lease
}

/** A week of 200 host-hours, of which every project has used three quarters. */
export function quotaOf(state: FakeState, project = 'webshop'): LeaseQuotaView {
  const [start, end] = [state.nowMs(), state.nowMs() + 7 * 86_400_000].map((atMs) => new Date(atMs).toISOString())
  const hostHours = { used: 150, limit: 200, left: 50 }
  return {
    project,
    cloud: 'lab',
    period: 'week',
    start: start ?? '',
    end: end ?? '',
    hostHours,
    priority: 0,
    waiting: { used: 0, limit: 100 },
    longest: '7d',
  }
}

export function leaseById(state: FakeState, id: string): LeaseView {
  const lease = state.leases.find((one) => one.id === id || one.name === id)
  if (lease === undefined) throw new GleanerError('not-found', { object: `The lease ${id}` })
  return lease
}
