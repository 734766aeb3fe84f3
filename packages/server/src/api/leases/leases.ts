// Leases: listed, shown, planned, made, confirmed, changed, ended. A lease of a project the caller does not see is one
// that does not exist.
import {
  type endpoints,
  GleanerError,
  isLeaseOpen,
  type Lease,
  type LeaseView,
  parseDurationMs,
  type ReservationId,
} from '@gleaner/model'
import { type SizeChange, sizeChanges } from '../../reservation/lease-request.ts'
import type { Call, Handler } from '../handler.ts'
import { leaseView } from '../view/lease-view.ts'
import { only } from '../view/only.ts'
import { leaseWish, noticeMsOf } from './lease-wish.ts'
import { planView } from './plan-view.ts'

export const listLeases: Handler<typeof endpoints.listLeases> = async (call) => {
  const { app, query, sight } = call
  const page = { limit: query.limit ?? 100, offset: query.offset ?? 0 }
  const { items, total } = await app.store.leases.list(
    {
      ...only('projectIds', sight.projectIds),
      ...only('states', query.state === undefined ? undefined : [query.state]),
    },
    page,
  )
  return { items: items.map((lease) => shown(call, lease)), total }
}

export const getLease: Handler<typeof endpoints.getLease> = async (call) => shown(call, await find(call))

export const planLease: Handler<typeof endpoints.planLease> = async (call) => {
  const { name, waitFor, holdFor } = call.body
  const wish = leaseWish(call, optionalMs(waitFor))
  const { book, slot } = await call.app.commands.planLease({
    ...wish,
    ...only('name', name),
    ...only('holdMs', optionalMs(holdFor)),
  })
  return planView(slot, { book, isSeen: await seenLeases(call) })
}

export const createLease: Handler<typeof endpoints.createLease> = async (call) => {
  const { app, body, caller } = call
  const { name, endAction = 'nothing', notice, holdFor, waitFor } = body
  const waitMs = optionalMs(waitFor)
  const lease = await app.commands.makeLease(
    {
      ...leaseWish(call, waitMs),
      ...only('waitMs', waitMs),
      name,
      endAction,
      noticeMs: noticeMsOf(notice),
      ...only('holdMs', optionalMs(holdFor)),
    },
    caller,
  )
  return shown(call, lease)
}

export const confirmLease: Handler<typeof endpoints.confirmLease> = async (call) => {
  const { id } = await find(call)
  return shown(call, await call.app.commands.confirmLease(id, call.caller))
}

export const renewLease: Handler<typeof endpoints.renewLease> = async (call) => {
  const { id } = await find(call)
  return shown(call, await call.app.commands.renewLease(id, call.caller))
}

export const updateLease: Handler<typeof endpoints.updateLease> = async (call) => {
  const { app, body, caller } = call
  const lease = await find(call)
  const { id } = lease
  const { name, start, end, sizes } = body
  const change = {
    ...only('name', name),
    ...only('startMs', start === undefined ? undefined : start === 'now' ? app.clock.nowMs() : Date.parse(start)),
    ...only('endMs', end === undefined ? undefined : Date.parse(end)),
    ...only('sizes', sizes === undefined ? undefined : sizesOf(lease, sizes)),
  }
  return shown(call, await app.commands.changeLease(id, change, caller))
}

export const swapLeaseHost: Handler<typeof endpoints.swapLeaseHost> = async (call) => {
  const { id } = await find(call)
  return shown(call, await call.app.commands.swapLeaseHost(id, call.body.host, call.caller))
}

export const endLease: Handler<typeof endpoints.endLease> = async (call) => {
  const { id } = await find(call)
  return shown(call, await call.app.commands.endLease(id, call.caller))
}

function optionalMs(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDurationMs(duration)
}

type Sizes = NonNullable<Call<typeof endpoints.updateLease>['body']['sizes']>

function sizesOf(lease: Lease, sizes: Sizes): ReadonlyMap<ReservationId, SizeChange> {
  return sizeChanges(
    sizes.map(({ id, ...change }): readonly [ReservationId, SizeChange] => {
      const [first, second] = lease.reservations
      if (id === undefined && (first === undefined || second !== undefined))
        throw new GleanerError('request-invalid', {
          detail: 'sizes: id is missing; the lease has several reservations.',
        })
      return [(id ?? first?.id) as ReservationId, change]
    }),
  )
}

function shown({ app, world }: Pick<Call<typeof endpoints.getLease>, 'app' | 'world'>, lease: Lease): LeaseView {
  const { commands, config } = app
  if (lease.state === 'waiting') return leaseView(lease, world(), { waiting: commands.waitingOf(lease) })
  return leaseView(
    lease,
    world(),
    isLeaseOpen(lease)
      ? { longestUntilMs: commands.longestUntilMs(lease), renewWithinMs: config.reservations.openEnded.renewWithinMs }
      : {},
  )
}

/** By id, or by the name of one that is not over, or of the only one that ever had it. */
async function find({
  app,
  params,
  sight,
}: Pick<Call<typeof endpoints.getLease>, 'app' | 'params' | 'sight'>): Promise<Lease> {
  const object = `The lease "${params.id}"`
  const exact = await app.store.leases.find(params.id)
  if (exact !== undefined && sight.sees(exact.projectId)) return exact
  const { items } = await app.store.leases.list(
    { name: params.id, ...only('projectIds', sight.projectIds) },
    { limit: 100, offset: 0 },
  )
  const open = items.filter(isLeaseOpen)
  const [lease, other] = open.length > 0 ? open : items
  if (lease === undefined) throw new GleanerError('not-found', { object })
  if (other !== undefined)
    throw new GleanerError('ambiguous', {
      object,
      detail: items
        .map(({ id }) => id)
        .slice(0, 5)
        .join(', '),
    })
  return lease
}

/** Ids of open leases that the caller sees. */
async function seenLeases({ app, sight }: Pick<Call<typeof endpoints.planLease>, 'app' | 'sight'>) {
  const open = await app.store.leases.open()
  const seen = new Set<string>(open.filter(({ projectId }) => sight.sees(projectId)).map(({ id }) => id))
  return (id: string) => seen.has(id)
}
