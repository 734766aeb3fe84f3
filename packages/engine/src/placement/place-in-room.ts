// Puts a request into room that is free: one instance after the other onto the host of the highest weight, weighed anew
// with those before it in place, as nova does. Among equals the first host of the index.
import type { PlacementRequest } from '@gleaner/model'
import type { RoomIndex } from './room-index.ts'
import type { RoomSettings } from './room-settings.ts'
import type { RoomScan } from './scan-room.ts'
import { weigh } from './weighers.ts'

export interface WeighingQuestion {
  readonly index: RoomIndex
  readonly request: PlacementRequest
  readonly settings: RoomSettings
  readonly nowS: number
}

/** Position of the host of each instance. The scan has room for all of them. */
export function placeInRoom({ index, request, settings, nowS }: WeighingQuestion, scan: RoomScan): Int32Array {
  const chosen = new Int32Array(request.count)
  const put = request.count > 1 ? new Int32Array(index.hostCount) : undefined
  const { able } = index.scratch
  let hosts = hostsWithRoom(scan, put, able)
  for (let nth = 0; nth < request.count; nth++) {
    const weights = weigh(
      {
        index,
        hosts,
        put,
        sizes: scan.sizes,
        preemptible: request.preemptible,
        nowS,
        billingPeriodS: settings.billingPeriodS,
      },
      settings.multipliers,
    )
    let best = 0
    for (let at = 1; at < hosts.length; at++) if ((weights[at] ?? 0) > (weights[best] ?? 0)) best = at
    const host = hosts[best] ?? 0
    chosen[nth] = host
    if (put === undefined) continue
    put[host] = (put[host] ?? 0) + 1
    if (put[host] === scan.fits[host]) hosts = hostsWithRoom(scan, put, able)
  }
  return chosen
}

function hostsWithRoom({ fits }: RoomScan, put: Int32Array | undefined, into: Int32Array): Int32Array {
  let length = 0
  for (let host = 0; host < fits.length; host++) if ((fits[host] ?? 0) > (put?.[host] ?? 0)) into[length++] = host
  return into.subarray(0, length)
}
