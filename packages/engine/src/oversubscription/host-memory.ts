// What Gleaner's own strategy remembers of the last scopes of a host: of each its mean, its spread and its peak, and of
// each instance what it used at that peak, its mean and its own peak. So the past can be told as if just those instances
// had run that are there now: what has left is taken out of every remembered scope, and what came later is put into the
// scopes before it with what it uses on average since. Fixed size: `depth` scopes, three figures an instance and scope.
import type { InstanceSlice, Resource, Samples } from './host-slice.ts'
import { deviationOf, meanOf } from './sample-statistics.ts'
import type { SavedState } from './strategy.ts'

export interface InstanceMemory {
  allocation: number
  /** The scope in which it was first seen; counts on from the first scope of the host. */
  readonly born: number
  /** By scope mod depth. */
  readonly atPeak: Float32Array
  readonly mean: Float32Array
  /** All but the highest samples. In full precision: a bound that is a hair below would be broken by the same peak again. */
  readonly peak: Float64Array
}

export interface ScopeSight {
  readonly resource: Resource
  readonly usage: Samples
  readonly instances: readonly InstanceSlice[]
}

export interface Moments {
  readonly mean: number
  readonly deviation: number
}

export class HostMemory {
  readonly depth: number
  /** Scopes seen so far. */
  scopes = 0
  readonly instances = new Map<string, InstanceMemory>()
  /** By scope mod depth; without what has left since. */
  readonly #counts: Float64Array
  readonly #means: Float64Array
  readonly #squares: Float64Array
  readonly #peaks: Float64Array

  constructor(depth: number) {
    this.depth = depth
    this.#counts = new Float64Array(depth)
    this.#means = new Float64Array(depth)
    this.#squares = new Float64Array(depth)
    this.#peaks = new Float64Array(depth)
  }

  /** Takes in a scope; gives the peak that those reached who were there before it. */
  add(sight: ScopeSight): number {
    const { usage, instances, resource } = sight
    const scope = this.scopes++
    const at = scope % this.depth
    const moment = momentOfPeak(usage)
    const peak = usage[moment] as number
    const mean = meanOf(usage)
    let count = 0
    for (const value of usage) if (!Number.isNaN(value)) count++
    this.#forgetLeavers(instances)
    this.#counts[at] = count
    this.#means[at] = mean
    this.#squares[at] = deviationOf(usage, mean) ** 2
    this.#peaks[at] = peak
    let ofNewcomers = 0
    for (const instance of instances) {
      const { allocation, usage: samples } = instance[resource]
      const own = meanOf(samples)
      let memory = this.instances.get(instance.name)
      if (memory === undefined) this.instances.set(instance.name, (memory = this.#makeInstance(scope, allocation)))
      if (allocation < memory.allocation) lower(memory.peak, allocation)
      memory.allocation = allocation
      // Of another length than the host's, samples cannot be matched to moments: the mean stands for all.
      const there = samples.length === usage.length ? (samples[moment] as number) : Number.NaN
      memory.atPeak[at] = Number.isNaN(there) ? (Number.isNaN(own) ? 0 : own) : there
      memory.mean[at] = Number.isNaN(own) ? 0 : own
      // Never measured: it may have used all it was promised.
      const highest = highestBut(samples, strayShare)
      memory.peak[at] = Number.isNaN(highest) ? allocation : highest
      if (memory.born === scope) ofNewcomers += memory.atPeak[at]
    }
    return peak - ofNewcomers
  }

  /** Scopes that can be looked back on. */
  get known(): number {
    return Math.min(this.scopes, this.depth)
  }

  /** The peaks of the remembered scopes for the instances of now, oldest first. */
  peaks(): number[] {
    const added = this.#addedBefore('atPeak')
    return this.#oldToNew((at, index) => Math.max(0, this.#peaks[at] as number) + (added[index] as number))
  }

  /** Mean and deviation over the newest `length` scopes, for the instances of now. */
  moments(lengths: readonly number[]): Moments[] {
    const added = this.#addedBefore('mean')
    const means = this.#oldToNew((at, index) => Math.max(0, this.#means[at] as number) + (added[index] as number))
    return lengths.map((length) => {
      let count = 0
      let sum = 0
      let squares = 0
      for (let back = 1; back <= Math.min(length, this.known); back++) {
        const at = (this.scopes - back) % this.depth
        const weight = this.#counts[at] as number
        const mean = means[this.known - back] as number
        count += weight
        sum += weight * mean
        squares += weight * ((this.#squares[at] as number) + mean * mean)
      }
      const mean = sum / count
      return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) }
    })
  }

  /**
   * What the present instances reach together if each goes as high at once as it went within the newest `length` scopes;
   * one seen for fewer than `warmScopes` counts with all it was promised.
   */
  sumOfPeaks(length: number, warmScopes: number): number {
    let sum = 0
    for (const memory of this.instances.values()) {
      const seen = this.scopes - memory.born
      if (seen < warmScopes) {
        sum += memory.allocation
        continue
      }
      let peak = 0
      for (let back = 1; back <= Math.min(length, seen, this.depth); back++) {
        peak = Math.max(peak, memory.peak[(this.scopes - back) % this.depth] as number)
      }
      // Also where that is more than it was promised: what measures more than all of an instance may do so again.
      sum += peak
    }
    return sum
  }

  save(): SavedState {
    const { depth, scopes } = this
    return {
      depth,
      scopes,
      counts: [...this.#counts],
      means: [...this.#means],
      squares: [...this.#squares],
      peaks: [...this.#peaks],
      instances: [...this.instances].map(([name, { allocation, born, atPeak, mean, peak }]) => [
        name,
        [allocation, born],
        [...atPeak],
        [...mean],
        [...peak],
      ]),
    }
  }

  static load(saved: SavedState): HostMemory {
    const memory = new HostMemory(saved['depth'] as number)
    memory.scopes = saved['scopes'] as number
    memory.#counts.set(saved['counts'] as number[])
    memory.#means.set(saved['means'] as number[])
    memory.#squares.set(saved['squares'] as number[])
    memory.#peaks.set(saved['peaks'] as number[])
    type Row = readonly [string, readonly [number, number], number[], number[], number[]]
    for (const [name, [allocation, born], atPeak, mean, peak] of saved['instances'] as unknown as readonly Row[]) {
      const rings = { atPeak: Float32Array.from(atPeak), mean: Float32Array.from(mean), peak: Float64Array.from(peak) }
      memory.instances.set(name, { allocation, born, ...rings })
    }
    return memory
  }

  #makeInstance(born: number, allocation: number): InstanceMemory {
    const ring = (): Float32Array => new Float32Array(this.depth)
    return { allocation, born, atPeak: ring(), mean: ring(), peak: new Float64Array(this.depth) }
  }

  #forgetLeavers(instances: readonly InstanceSlice[]): void {
    const present = new Set(instances.map(({ name }) => name))
    for (const [name, memory] of this.instances) {
      if (present.has(name)) continue
      for (let at = 0; at < this.depth; at++) {
        this.#peaks[at] = (this.#peaks[at] as number) - (memory.atPeak[at] as number)
        this.#means[at] = (this.#means[at] as number) - (memory.mean[at] as number)
      }
      this.instances.delete(name)
    }
  }

  /** Per remembered scope, oldest first: what those use on average who came after it. */
  #addedBefore(figure: 'atPeak' | 'mean'): Float64Array {
    const oldest = this.scopes - this.known
    const added = new Float64Array(this.known + 1)
    for (const memory of this.instances.values()) {
      const seen = Math.min(this.scopes - memory.born, this.depth)
      if (memory.born <= oldest) continue
      let sum = 0
      for (let back = 1; back <= seen; back++) sum += memory[figure][(this.scopes - back) % this.depth] as number
      const index = memory.born - oldest - 1
      added[index] = (added[index] as number) + sum / seen
    }
    for (let index = this.known - 1; index >= 0; index--) {
      added[index] = (added[index] as number) + (added[index + 1] as number)
    }
    return added
  }

  #oldToNew(value: (at: number, index: number) => number): number[] {
    const oldest = this.scopes - this.known
    return Array.from({ length: this.known }, (_, index) => value((oldest + index) % this.depth, index))
  }
}

/** The part of an instance's samples that may be strays: a host is not short of what one instance needs for a moment. */
const strayShare = 0.04

/** The highest sample but for so large a part of them, rounded down: of 12 the highest, of 144 the sixth; NaN without any. */
function highestBut(samples: Samples, share: number): number {
  const sorted = samples.filter((value) => !Number.isNaN(value)).sort()
  return sorted[sorted.length - 1 - Math.floor(share * sorted.length)] ?? Number.NaN
}

/** What it reached before it was made smaller it cannot reach any more. */
function lower(peaks: Float64Array, most: number): void {
  for (let at = 0; at < peaks.length; at++) peaks[at] = Math.min(peaks[at] as number, most)
}

function momentOfPeak(usage: Samples): number {
  let best = 0
  for (let i = 1; i < usage.length; i++) {
    if ((usage[i] as number) > (usage[best] as number) || Number.isNaN(usage[best])) best = i
  }
  return best
}
