// Room in the portions in which placement gives it. One consumer gets no more of a class than its `max_unit`, which is what
// the host physically has: where more is sold than exists, several consumers take it.
import type { RoomSize } from '@gleaner/ports'
import type { Inventories, InventoryItem, Resources } from '@gleaner/wire-openstack'

/** Of a host whose ratios are so odd the rest is in no portion. */
export const mostPortions = 64

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
