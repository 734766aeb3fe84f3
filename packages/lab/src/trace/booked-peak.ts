// What was booked on each host at once, at most: the basis for the size of hosts that a trace does not tell. Kept per
// slice while reading, so that it is known before the first slice is given.
import type { SpoolRecord } from './slice-spool.ts'

export class BookedPeak {
  readonly #booked = new Map<number, Map<number, { cpu: number; memory: number }>>()

  add({ host, slice, cpuAllocation, memoryAllocation }: SpoolRecord): void {
    let slices = this.#booked.get(host)
    if (slices === undefined) this.#booked.set(host, (slices = new Map()))
    const sum = slices.get(slice)
    if (sum === undefined) slices.set(slice, { cpu: cpuAllocation, memory: memoryAllocation })
    else {
      sum.cpu += cpuAllocation
      sum.memory += memoryAllocation
    }
  }

  of(host: number, resource: 'cpu' | 'memory'): number {
    let most = 0
    for (const sum of this.#booked.get(host)?.values() ?? []) most = Math.max(most, sum[resource])
    return most
  }
}
