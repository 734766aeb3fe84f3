// One placement decision on an index that lives on: first without anybody leaving; only if the whole request fits nowhere,
// and it is firm, with victims. It changes nothing that the index tells; what it finds out about hosts the index keeps for
// the next request of that shape, which changes no answer. The answer holds its reasons as bits and is written out only when
// it is read.
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
  /** Where the reasons are written, one per host; they are the answer's then. For who decides often: new ones if absent. */
  readonly masks?: Uint32Array
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

const dearer = bitOf('dearer')

export function decideRoom(index: RoomIndex, question: RoomQuestion): RoomDecision {
  const { request, settings, nowS, mayEvict } = question
  const scan = scanRoom(index, request)
  const copy = (known: Uint32Array) => copyInto(question.masks, known)
  const { fits, view } = scan
  if (scan.total >= request.count) {
    const hosts = placeInRoom({ index, request, settings, nowS }, scan)
    const unable = request.preemptible ? 0 : bitOf('room-elsewhere')
    return accept(hosts, withReason(copy(view.masks), fits, { able: bitOf('outweighed'), unable }))
  }
  if (request.preemptible || !mayEvict) return refuse(copy(view.masks), fits, scan.total)
  const evicting: EvictionQuestion = { index, scan, costing: { ...settings, nowS } }
  const second = takeSecondView(evicting)
  if (second.total < request.count) return refuse(copy(second.masks), second.most, second.total)
  const plan = evictFor(evicting, { view: second, count: request.count })
  if (plan === undefined) return refuse(copy(second.masks), second.most, scan.total)
  const hosts = hostsOf(scan, plan.hosts, request.count)
  const victims = plan.hosts.flatMap((option) => namesOf(index, option))
  return { ...accept(hosts, copy(second.masks)), victims, loss: plan.loss }
}

/** All free room is used, and each host that makes room takes so many more. */
function hostsOf({ fits, total }: RoomScan, options: readonly HostOption[], count: number): Int32Array {
  const hosts = new Int32Array(count)
  let nth = 0
  for (let host = 0; nth < total; host++) for (let n = fits[host] ?? 0; n > 0; n--) hosts[nth++] = host
  for (const { host, extra } of options) for (let n = extra; n > 0; n--) hosts[nth++] = host
  return hosts
}

function namesOf(index: RoomIndex, { host, victims }: HostOption): readonly Victim[] {
  return victims.map((at) => ({ id: index.pool.ids[at] ?? '', host: index.names[host] ?? '' }))
}

/** `masks` becomes part of the answer. */
function accept(hosts: Int32Array, masks: Uint32Array): RoomDecision {
  for (const host of hosts) masks[host] = bitOf('chosen')
  return { feasible: true, hosts, victims: [], loss: noLoss, masks, fits: hosts.length }
}

/** `masks` becomes part of the answer. */
function refuse(masks: Uint32Array, most: Int32Array, total: number): RoomDecision {
  if (total > 0) withReason(masks, most, { able: bitOf('not-all'), unable: 0 })
  return { feasible: false, hosts: new Int32Array(0), victims: [], loss: noLoss, masks, fits: total }
}

function copyInto(into: Uint32Array | undefined, known: Uint32Array): Uint32Array {
  if (into?.length !== known.length) return known.slice()
  into.set(known)
  return into
}

/** Adds to the reasons that are known one for each host that could have taken some, one for each that no filter refuses. */
function withReason(
  masks: Uint32Array,
  most: Int32Array,
  { able, unable }: { readonly able: number; readonly unable: number },
): Uint32Array {
  for (let host = 0; host < masks.length; host++) {
    const mask = masks[host] as number
    if ((most[host] as number) > 0) masks[host] = (mask & ~dearer) | able
    else if (unable !== 0 && (mask & filterBits) === 0) masks[host] = mask | unable
  }
  return masks
}
