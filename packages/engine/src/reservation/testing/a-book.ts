// Hosts and leases of tests, by few words.
import { cloudId, hostId, type HostId, type LeaseId, type ReservationId, type Sizes } from '@gleaner/model'
import type { Need } from '../host-calendar.ts'
import type { PropertyValue } from '../host-properties.ts'
import { type ReservableHost, ReservationBook } from '../reservation-book.ts'

export const capacity: Sizes = [16, 64, 100]

export const idOf = (name: string): HostId => hostId(cloudId('c'), name)

export function aHost(
  name: string,
  properties: Readonly<Record<string, PropertyValue>> = {},
  change: Partial<ReservableHost> = {},
): ReservableHost {
  return {
    id: idOf(name),
    name,
    capacity,
    properties: new Map(Object.entries(properties)),
    closed: undefined,
    ...change,
  }
}

export function aBook(hosts: number): ReservationBook {
  return new ReservationBook(Array.from({ length: hosts }, (_, nth) => aHost(`h${nth}`)))
}

export function book(
  into: ReservationBook,
  lease: string,
  where: { hosts: string[]; from: number; to: number; need?: Need },
) {
  const { hosts, from, to, need = 'whole' } = where
  return into.book(
    hosts.map((host) => ({
      hostId: idOf(host),
      leaseId: lease as LeaseId,
      reservationId: `${lease}/0` as ReservationId,
      span: { startMs: from, endMs: to },
      need,
    })),
  )
}
