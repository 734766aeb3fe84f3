// What a scan over all hosts reads of each, in typed arrays: room, and a summary of its preemptible instances from which
// most questions are answered without looking at one of them. Taken anew for a host when something on it changes.
import type { PreemptiblePool } from './preemptible-pool.ts'
import { grown } from './preemptible-pool.ts'

export class HostColumns {
  /** Number of the class of the host. */
  classOf = new Int32Array(0)
  /** Three per host, here and below: what it can hold. */
  capacity = new Float64Array(0)
  /** How much preemptible instances may have in all; NaN where that is what firm ones leave. */
  lendable = new Float64Array(0)
  /** Whether any host lends beyond what firm instances leave. */
  lends = false
  /** Work per watt; NaN where it is not known. */
  efficiency = new Float64Array(0)
  /** Share of the next hours in which guests can run there; NaN for a desktop of which that is not known. */
  availability = new Float64Array(0)
  /** Held by firm instances. */
  firm = new Float64Array(0)
  /** capacity - firm: what firm instances could have if every preemptible one left. */
  hard = new Float64Array(0)
  /** hard, or lendable where that is more, - preemptible: what is free for a firm instance, within hard. */
  shared = new Float64Array(0)
  /** (lendable or hard) - preemptible: what is free for another preemptible one. */
  offered = new Float64Array(0)
  /** What would be free if every preemptible instance left that is not exempt. */
  eventual = new Float64Array(0)
  /** Of the preemptible instances that are not exempt: the largest of each resource. */
  largest = new Float64Array(0)
  /** Of the same: when the youngest began; -Infinity where there is none. */
  youngestS = new Float64Array(0)
  /** The lowest priority of a preemptible instance. */
  lowest = new Float64Array(0)
  /** 1: the preemptible instances have different priorities. */
  mixed = new Uint8Array(0)
  /** Preemptible instances that are exempt. */
  exempted = new Int32Array(0)

  growTo(hosts: number): void {
    this.classOf = grown(this.classOf, new Int32Array(hosts))
    this.exempted = grown(this.exempted, new Int32Array(hosts))
    this.mixed = grown(this.mixed, new Uint8Array(hosts))
    this.youngestS = grown(this.youngestS, new Float64Array(hosts))
    this.lowest = grown(this.lowest, new Float64Array(hosts))
    this.efficiency = grown(this.efficiency, new Float64Array(hosts))
    this.availability = grown(this.availability, new Float64Array(hosts))
    for (const column of ['capacity', 'lendable', 'firm', 'hard', 'shared', 'offered', 'eventual', 'largest'] as const)
      this[column] = grown(this[column], new Float64Array(hosts * 3))
  }

  summarise(host: number, pool: PreemptiblePool): void {
    const { sizes, exempt, priorities, startedS } = pool
    const first = pool.first[host] as number
    const end = first + (pool.length[host] as number)
    const held = [0, 0, 0]
    const reclaimable = [0, 0, 0]
    const largest = [0, 0, 0]
    let youngest = Number.NEGATIVE_INFINITY
    let exempted = 0
    for (let at = first; at < end; at++) {
      const stays = exempt[at] !== 0
      if (stays) exempted++
      else youngest = Math.max(youngest, startedS[at] as number)
      for (const d of [0, 1, 2] as const) {
        const size = sizes[at * 3 + d] as number
        held[d] = (held[d] as number) + size
        if (stays) continue
        reclaimable[d] = (reclaimable[d] as number) + size
        largest[d] = Math.max(largest[d] as number, size)
      }
    }
    for (const d of [0, 1, 2] as const) {
      const cell = host * 3 + d
      const hard = (this.capacity[cell] as number) - (this.firm[cell] as number)
      const lendable = this.lendable[cell] as number
      this.hard[cell] = hard
      const isLending = !Number.isNaN(lendable)
      if (isLending) this.lends = true
      const shared = (isLending ? Math.max(lendable, hard) : hard) - (held[d] as number)
      this.shared[cell] = shared
      this.offered[cell] = (isLending ? lendable : hard) - (held[d] as number)
      this.eventual[cell] = shared + (reclaimable[d] as number)
    }
    this.largest.set(largest, host * 3)
    this.youngestS[host] = youngest
    this.exempted[host] = exempted
    this.lowest[host] = end > first ? (priorities[first] as number) : 0
    this.mixed[host] = end > first && priorities[first] !== priorities[end - 1] ? 1 : 0
  }
}
