// How much a fence takes of a host, and in which portions. Placement gives one consumer no more of a class than its
// `max_unit`, which is what the host physically has: where more is sold than exists, several consumers take it.
import type { RoomSize } from '@gleaner/ports'
import type { Inventories, InventoryItem, Resources } from '@gleaner/wire-openstack'
import { roomOf } from './resources.ts'

/** Every server needs some of one of these. */
const fenced = ['VCPU', 'PCPU', 'MEMORY_MB', 'DISK_GB'] as const

/** Of a host whose ratios are so odd the rest stays open, and is shown as free. */
const mostPortions = 64

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

export function portions(wanted: Resources, { items }: Inventories): readonly Resources[] {
  const found: Record<string, number>[] = []
  for (const [name, amount] of Object.entries(wanted)) {
    const { most, least, step } = unitsOf(items.get(name))
    let rest = amount - (amount % step)
    for (let nth = 0; rest >= least && rest > 0 && nth < mostPortions; nth++) {
      const taken = Math.min(rest, most)
      ;(found[nth] ??= {})[name] = taken
      rest -= taken
    }
  }
  return found
}

/** Never below 0. */
export function minus(from: Resources, taken: Resources): Resources {
  return Object.fromEntries(
    Object.entries(from).map(([name, amount]) => [name, Math.max(0, amount - (taken[name] ?? 0))]),
  )
}

export function sum(all: readonly Resources[]): Resources {
  const whole: Record<string, number> = {}
  for (const resources of all)
    for (const [name, amount] of Object.entries(resources)) whole[name] = (whole[name] ?? 0) + amount
  return whole
}

export function sizeOf(resources: Resources): RoomSize {
  return {
    vcpus: (resources['VCPU'] ?? 0) + (resources['PCPU'] ?? 0),
    memoryMiB: resources['MEMORY_MB'] ?? 0,
    diskGiB: resources['DISK_GB'] ?? 0,
  }
}

/** A portion is a whole number of steps, no more than the largest that is given at once. */
function unitsOf(item: InventoryItem | undefined) {
  const unit = (key: string, otherwise: number) => {
    const value = item?.raw[key]
    return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : otherwise
  }
  const step = unit('step_size', 1)
  const most = unit('max_unit', Number.MAX_SAFE_INTEGER)
  return { step, least: unit('min_unit', 1), most: Math.max(step, most - (most % step)) }
}
