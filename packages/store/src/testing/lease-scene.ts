// Leases and rooms for tests of what the store promises about them.
import { cloudId, hostId, type Lease, type LeaseId, type ReservationId } from '@gleaner/model'
import type { HostRoom } from '@gleaner/ports'
import { nowMs, sampleLease } from './samples.ts'

/** Undefined where it succeeds. */
export const fault = (running: Promise<unknown>) => running.then(() => undefined).catch((error: unknown) => error)
export const host = (name: string) => hostId(cloudId('lab'), name)
export const room = (name: string): HostRoom => ({
  hostId: host(name),
  capacity: [16, 64_000, Number.POSITIVE_INFINITY],
})
export const lease = (id: string, more: Parameters<typeof sampleLease>[0] = {}) =>
  sampleLease({ id: id as LeaseId, ...more })
export const span = (from: number, to: number) => ({ startMs: nowMs + from, endMs: nowMs + to })
export const instances = (id: string, on: string, units: number): Pick<Lease, 'reservations'> => ({
  reservations: [
    {
      id: `${id}/0` as ReservationId,
      wish: { kind: 'instances', amount: units, size: [5, 10_000, 3] },
      filter: undefined,
      shares: [{ hostId: host(on), host: on, units }],
    },
  ],
})
