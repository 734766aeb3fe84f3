// What nova sells per physical unit, set as the allocation ratio of the host's inventory in placement.
//
// Measured on nova 26: it lasts, unless nova.conf of the host sets `cpu_allocation_ratio` or `ram_allocation_ratio`; then
// nova-compute puts its own back when it refreshes what it knows of placement (300 s by default). No API tells of that
// setting: it shows when what was set here is not there any more.
import { type HostId, nativeOf } from '@gleaner/model'
import type { RatioControl, Ratios } from '@gleaner/ports'
import { findHypervisor, type Inside } from './inside.ts'

const kinds = [
  { ratio: 'coreRatio', resourceClass: 'VCPU', setting: 'cpu_allocation_ratio' },
  { ratio: 'memoryRatio', resourceClass: 'MEMORY_MB', setting: 'ram_allocation_ratio' },
] as const

/** Placement keeps ratios with single precision. */
const precision = 1e-5

export function ratioControl(inside: Inside): RatioControl {
  const wanted = new Map<HostId, Ratios>()
  return {
    setRatios: (id, ratios, signal) =>
      inside.call(`host ${nativeOf(id)}`, signal, async ({ nova, placement }) => {
        const host = await findHypervisor(inside, { nova, id }, signal)
        for (const { ratio: key, resourceClass } of kinds) {
          const ratio = ratios[key]
          if (ratio !== undefined) await placement.setRatio(host.id, { resourceClass, ratio }, signal)
        }
        wanted.set(id, { ...wanted.get(id), ...ratios })
      }),
    overridden: (id, signal) =>
      inside.call(`host ${nativeOf(id)}`, signal, async ({ nova, placement }) => {
        const set = wanted.get(id)
        if (set === undefined) return undefined
        const host = await findHypervisor(inside, { nova, id }, signal)
        const { items } = await placement.inventories(host.id, signal)
        const undone = kinds.flatMap(({ ratio: key, resourceClass, setting }) => {
          const ratio = set[key]
          const now = items.get(resourceClass)?.allocationRatio
          if (ratio === undefined || now === undefined || Math.abs(now - ratio) <= precision * ratio) return []
          return [`${setting} of nova.conf on ${host.serviceHost} sets ${resourceClass} back from ${ratio} to ${now}`]
        })
        return undone.length === 0 ? undefined : `${undone.join('; ')}; leave it unset there`
      }),
  }
}
