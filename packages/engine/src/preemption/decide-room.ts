// One placement decision on an index that lives on: first without anybody leaving; only if the whole request fits nowhere,
// and it is firm, with victims. Pure: it changes nothing in the index. The answer holds its reasons as bits and is written
// out only when it is read.
import type { PlacementRequest } from '@gleaner/model'
import { placeInRoom } from '../placement/place-in-room.ts'
import { bitOf, filterBits } from '../placement/room-codes.ts'
import type { RoomIndex } from '../placement/room-index.ts'
import type { RoomSettings } from '../placement/room-settings.ts'
import { type RoomScan, scanRoom } from '../placement/scan-room.ts'
import type { HostOption } from './combine-hosts.ts'
import { evictFor } from './evict-for.ts'
import { type Loss, noLoss } from './loss.ts'
import { type EvictionQuestion, takeSecondView } from './second-view.ts'

export interface RoomQuestion {
  readonly request: PlacementRequest
  readonly settings: RoomSettings
  /** On the clock of the index. */
  readonly nowS: number
  /** False: a request that fits nowhere is refused without looking for victims. */
  readonly mayEvict: boolean
}

export interface Victim {
  readonly id: string
  readonly host: string
}

export interface RoomDecision {
  readonly feasible: boolean
  /** Position of the host of each instance; empty when it is not feasible. */
  readonly hosts: Int32Array
  readonly victims: readonly Victim[]
  readonly loss: Loss
  /** Per host: its reasons as bits (room-codes.ts). */
  readonly masks: Uint32Array
  /** How many instances of the request would fit, at most all. */
  readonly fits: number
}

export function decideRoom(index: RoomIndex, question: RoomQuestion): RoomDecision {
  const { request, settings, nowS, mayEvict } = question
  const scan = scanRoom(index, request)
  if (scan.total >= request.count) {
    const hosts = placeInRoom({ index, request, settings, nowS }, scan)
    return finish(scan, {
      hosts,
      most: scan.fits,
      able: 'outweighed',
      unable: request.preemptible ? 0 : bitOf('room-elsewhere'),
    })
  }
  if (request.preemptible || !mayEvict) return refuse(scan, scan.fits, scan.total)
  const evicting: EvictionQuestion = { index, scan, costing: { ...settings, nowS } }
  const view = takeSecondView(evicting)
  if (view.total < request.count) return refuse(scan, view.most, view.total)
  const plan = evictFor(evicting, { view, count: request.count })
  if (plan === undefined) return refuse(scan, view.most, scan.total)
  const hosts = hostsOf(scan, plan.hosts, request.count)
  const victims = plan.hosts.flatMap((option) => namesOf(index, option))
  return { ...finish(scan, { hosts, most: view.most, able: 'dearer', unable: 0 }), victims, loss: plan.loss }
}

/** All free room is used, and each host that makes room takes so many more. */
function hostsOf({ fits }: RoomScan, options: readonly HostOption[], count: number): Int32Array {
  const hosts = new Int32Array(count)
  let nth = 0
  for (let host = 0; host < fits.length; host++) for (let n = fits[host] ?? 0; n > 0; n--) hosts[nth++] = host
  for (const { host, extra } of options) for (let n = extra; n > 0; n--) hosts[nth++] = host
  return hosts
}

function namesOf(index: RoomIndex, { host, victims }: HostOption): readonly Victim[] {
  return victims.map((at) => ({ id: index.pool.ids[at] ?? '', host: index.names[host] ?? '' }))
}

function finish(
  { masks }: RoomScan,
  by: {
    readonly hosts: Int32Array
    /** Per host: how many of the request it could have taken. */
    readonly most: Int32Array
    readonly able: 'outweighed' | 'dearer'
    readonly unable: number
  },
): RoomDecision {
  const { hosts, most, unable } = by
  const able = bitOf(by.able)
  for (let host = 0; host < masks.length; host++) {
    if ((most[host] as number) > 0) masks[host] = (masks[host] as number) | able
    else if (((masks[host] as number) & filterBits) === 0) masks[host] = (masks[host] as number) | unable
  }
  for (const host of hosts) masks[host] = bitOf('chosen')
  return { feasible: true, hosts, victims: [], loss: noLoss, masks, fits: hosts.length }
}

function refuse({ masks }: RoomScan, most: Int32Array, total: number): RoomDecision {
  const bit = bitOf('not-all')
  for (let host = 0; host < masks.length; host++) if ((most[host] ?? 0) > 0) masks[host] = (masks[host] ?? 0) | bit
  return { feasible: false, hosts: new Int32Array(0), victims: [], loss: noLoss, masks, fits: total }
}
