// How much a fence takes of a host.
import type { RoomSize } from '@gleaner/ports'
import type { Inventories, Resources } from '@gleaner/wire-openstack'
import { roomOf } from './resources.ts'

/** Every server needs some of one of these. */
const fenced = ['VCPU', 'PCPU', 'MEMORY_MB', 'DISK_GB'] as const

export interface FenceWish {
  readonly room: RoomSize | undefined
  readonly open: RoomSize | undefined
}

/** What nobody holds; never below 0, for a ratio may have been lowered below what was sold. */
export function freeRoom(inventories: Inventories, held: Iterable<Resources>): Resources {
  const used: Record<string, number> = {}
  for (const resources of held)
    for (const [name, amount] of Object.entries(resources)) used[name] = (used[name] ?? 0) + amount
  const free: Record<string, number> = {}
  for (const name of fenced) {
    const item = inventories.items.get(name)
    if (item === undefined) continue
    const capacity = Math.floor((item.total - item.reserved) * item.allocationRatio)
    free[name] = Math.max(0, capacity - (used[name] ?? 0))
  }
  return free
}

/** Of the free room, what the fence shall hold. */
export function wantedRoom(free: Resources, { room, open }: FenceWish, inventories: Inventories): Resources {
  const most = room === undefined ? undefined : roomOf(room, inventories)
  const left = open === undefined ? {} : roomOf(open, inventories)
  return Object.fromEntries(
    Object.entries(free).map(([name, amount]) => [
      name,
      // What is left open is left of all that is free, and of what is promised.
      Math.max(0, Math.min(amount, most?.[name] ?? (most === undefined ? amount : 0)) - (left[name] ?? 0)),
    ]),
  )
}

/** Never below 0. */
export function minus(from: Resources, taken: Resources): Resources {
  return Object.fromEntries(
    Object.entries(from).map(([name, amount]) => [name, Math.max(0, amount - (taken[name] ?? 0))]),
  )
}
