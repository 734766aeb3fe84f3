// The hosts that can be switched, as they are shown: what is proposed for each, else what the last plan said against its sleep.
import { powerCause, type Refused, type ReservationBook, wakeLeadMs } from '@gleaner/engine'
import { hostKey, type HostId, type Interval } from '@gleaner/model'
import type { PowerNow } from '../application.ts'
import type { Runtime } from '../runtime.ts'
import { readSnapshots } from '../state/read-snapshots.ts'
import { hostUseOf } from './host-use.ts'

export function powerNow(runtime: Runtime, refused: readonly Refused[]): readonly PowerNow[] {
  const { state, clouds, power, config, leases, clock } = runtime
  const use = hostUseOf(runtime)
  const against = new Map<HostId, Refused>()
  for (const each of refused)
    if (each.cause === powerCause && each.hostId !== undefined && !against.has(each.hostId))
      against.set(each.hostId, each)
  const isKnown = state.fence !== undefined && leases.isLoaded(state.fence)
  const nowMs = clock.nowMs()
  const all: PowerNow[] = []
  for (const { hosts, cloudId } of readSnapshots(state).values()) {
    const control = clouds.get(cloudId)?.powerControl
    if (control === undefined) continue
    const book = isKnown ? leases.bookOf(cloudId) : undefined
    for (const host of hosts) {
      if (!control.has(host.id)) continue
      const record = power.recordOf(host.id)
      const proposal = state.proposals.get(hostKey(host.id))?.find(({ capability }) => capability === 'energy')
      all.push({
        host,
        record,
        nextLeaseMs: use(host).promise?.nextStartMs ?? Number.POSITIVE_INFINITY,
        wakesInMs: wakeLeadMs(record, config.power.options),
        promised: book === undefined ? [] : promisedOn(book, host.id, nowMs),
        step: proposal?.action,
        reason: proposal?.reason ?? against.get(host.id)?.verdict,
      })
    }
  }
  return all.sort((a, b) => (a.host.name < b.host.name ? -1 : 1))
}

function promisedOn(book: ReservationBook, id: HostId, nowMs: number): readonly Interval[] {
  const at = book.positionOf(id)
  const bookings = at === undefined ? [] : (book.calendars[at]?.bookings ?? [])
  return bookings.map(({ span }) => span).filter(({ endMs }) => endMs > nowMs)
}
