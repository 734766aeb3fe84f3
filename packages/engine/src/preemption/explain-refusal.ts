// What a person reads when a request was refused: how many of its instances would fit, how many hosts have each reason, and
// what would unblock it. A host counts as unblocked by a thing when that thing alone stands against it, so what is told
// here really helps, for one instance of the request at least.
import type { PlacementAnswer, PlacementCode, PlacementRequest, Unblock } from '@gleaner/model'
import { sizesOf, slack } from '../placement/resources.ts'
import { bitOf, codesOf, histogramOf } from '../placement/room-codes.ts'
import type { RoomIndex } from '../placement/room-index.ts'
import type { RoomDecision } from './decide-room.ts'

type Refusal = NonNullable<PlacementAnswer['refusal']>

export function explainRefusal(
  index: RoomIndex,
  request: PlacementRequest,
  { masks, fits }: Pick<RoomDecision, 'masks' | 'fits'>,
): Refusal {
  const histogram = histogramOf(masks)
  const hosts = index.hostCount
  const shown = histogram.filter(({ code }) => code !== 'not-all').map(({ code, hosts }) => `${hosts} ${code}`)
  return {
    sentence: `${fitting(request, fits)} None of the ${hosts === 1 ? 'hosts' : `${hosts} hosts`} helps${shown.length === 0 ? '' : `: ${shown.join(', ')}`}.`,
    fits,
    histogram: histogram.map(({ code, hosts }) => ({ code, hosts })),
    unblock: unblock(index, request, masks),
  }
}

function fitting({ count, preemptible }: PlacementRequest, fits: number): string {
  const kind = preemptible ? 'preemptible' : 'firm'
  if (count === 1) return `The ${kind} instance fits on no host.`
  return `Only ${fits} of the ${count} ${kind} instances fit; the request is placed as a whole or not at all.`
}

const helps: Readonly<Partial<Record<PlacementCode, string>>> = {
  'host-disabled': 'if it were enabled',
  'host-maintenance': 'if its maintenance ended',
  'host-down': 'if it answered again',
  'host-asleep': 'if it were woken',
  'host-unknown': 'if the cloud said what state it is in',
  'host-kind': 'if the request could use hosts of its kind',
  isolated: 'for a project that may use it',
  leased: 'if its lease ended',
  'property-missing': 'without the properties the request asks for',
  'host-not-named': 'if the request named it',
  'host-avoided': 'if the request did not avoid it',
  'not-lent-vcpus': 'if less of its cores were expected to be used',
  'not-lent-ram': 'if less of its memory were expected to be used',
  'blocked-protected': 'if protected or locked preemptible instances could leave',
  'blocked-too-young': 'as soon as its preemptible instances have had their minimum run time',
  'blocked-budget': 'if the disruption budget of the projects on it allowed more',
  'blocked-opted-out': 'if preemptible instances on it had not opted out',
}

function unblock(index: RoomIndex, request: PlacementRequest, masks: Uint32Array): Unblock[] {
  const filters = new Map<PlacementCode, number[]>()
  masks.forEach((mask, host) => {
    const found = codesOf(mask).filter((code) => helps[code] !== undefined)
    const [only] = found
    if (only === undefined || found.some((code) => code !== only && !(isUnlent(code) && isUnlent(only)))) return
    if (!only.startsWith('blocked-') && !hasRoom(request, columnOf(index, request, only), host)) return
    filters.set(only, [...(filters.get(only) ?? []), host])
  })
  const entries = [...filters].map(([code, hosts]) => ({
    code,
    hosts: hosts.length,
    sentence: `${namesOf(index, hosts)} would have room ${helps[code]}.`,
  }))
  const small = ['too-small-vcpus', 'too-small-ram', 'too-small-disk'] as const
  const everywhere = small.find((code) => masks.length > 0 && masks.every((mask) => (mask & bitOf(code)) !== 0))
  if (everywhere !== undefined)
    entries.push({
      code: everywhere,
      hosts: 0,
      sentence: 'Nothing helps but a larger host: no host is as large as one instance.',
    })
  return entries.sort((a, b) => b.hosts - a.hosts)
}

function isUnlent(code: PlacementCode): boolean {
  return code === 'not-lent-vcpus' || code === 'not-lent-ram'
}

/** For one instance: now, with more lent if that is what is missing, or for a firm one with every preemptible instance gone. */
function columnOf({ columns }: RoomIndex, { preemptible }: PlacementRequest, only: PlacementCode): Float64Array {
  if (isUnlent(only)) return columns.shared
  return preemptible ? columns.offered : columns.hard
}

function hasRoom(request: PlacementRequest, free: Float64Array, host: number): boolean {
  return sizesOf(request).every((size, d) => size === 0 || size <= (free[host * 3 + d] ?? 0) + slack)
}

function namesOf(index: RoomIndex, hosts: readonly number[]): string {
  const names = hosts.slice(0, 3).map((host) => index.names[host] ?? '')
  const more = hosts.length - names.length
  if (more > 0) return `${names.join(', ')} and ${more} more`
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
