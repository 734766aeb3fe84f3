// When each host is promised, for everybody who may read at all: free time is no secret, whose it is otherwise is.
import { reservableHosts } from '@gleaner/engine'
import { type endpoints, GleanerError, type HostId, type Lease } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'

const weekMs = 7 * 86_400_000

export const getLeaseCalendar: Handler<typeof endpoints.getLeaseCalendar> = async ({ app, query, sight, world }) => {
  const index = world()
  if (query.cloud !== undefined && !app.clouds.has(query.cloud as never))
    throw new GleanerError('not-found', { object: `The cloud ${query.cloud}` })
  const fromMs = query.from === undefined ? app.clock.nowMs() : Date.parse(query.from)
  const toMs = query.to === undefined ? fromMs + weekMs : Date.parse(query.to)
  if (toMs <= fromMs) throw new GleanerError('request-invalid', { detail: 'to is not after from.' })
  const promised = new Map<HostId, Lease[]>()
  for (const lease of await app.store.leases.within(undefined, { startMs: fromMs, endMs: toMs }))
    for (const { hostId } of lease.reservations.flatMap(({ shares }) => shares))
      promised.set(hostId, [...(promised.get(hostId) ?? []), lease])
  const { ofHost } = await app.store.hostOffers.all()
  const hosts = reservableHosts(
    index.hosts.filter(({ cloudId }) => query.cloud === undefined || cloudId === query.cloud),
    ofHost,
  )
  return {
    from: timeText(fromMs),
    to: timeText(toMs),
    hosts: hosts.map(({ id, name, closed }) => ({
      host: name,
      cloud: index.hostById.get(id)?.cloudId ?? '',
      ...only('closed', closed),
      busy: (promised.get(id) ?? []).map((lease) => ({
        start: timeText(lease.span.startMs),
        end: timeText(lease.span.endMs),
        ...(sight.sees(lease.projectId)
          ? {
              id: lease.id,
              lease: lease.name,
              project: index.projectName(lease.projectId),
              ...only('openEnded', lease.renewal === undefined ? undefined : true),
            }
          : {}),
        state: lease.state,
      })),
    })),
  }
}
