// The windows of one slice number of one host: the last `historyScopes` + 1 slices of the host and of each instance.
// An instance is present if and only if the newest slice has a record of it that is not a repeat. In the corrected form one
// that is not present is forgotten at once, and starts anew should it return. As published it stays in the list: a window
// of an absent instance goes on counting, and one whose record equals its last one counts as ended for ever (while a
// different record later counts as booked again).
// Source: ScroogeVM, model/sliceobjectwrapper.py, slicevmwrapper.py, slicemodel.py.
import type { HostSlice, InstanceSlice, Resource, Samples } from './host-slice.ts'
import { deviationOf, meanOf, percentileInPlace } from './sample-statistics.ts'

export interface HistoryOptions {
  /** Scopes before the newest one that a window holds. */
  readonly historyScopes: number
  readonly asPublished: boolean
}

/** What was worked out of a window, until it moves on. Several strategies ask for the same. */
interface Derived {
  samples: Samples | undefined
  percentile: { readonly percent: number; readonly value: number } | undefined
}

export interface InstanceWindow {
  readonly name: string
  readonly slices: InstanceSlice[]
  readonly derived: Record<Resource, Derived | undefined>
  isPresent: boolean
  hasEnded: boolean
  identity: string
}

export class SliceHistory {
  readonly hosts: HostSlice[] = []
  readonly instances = new Map<string, InstanceWindow>()
  readonly #options: HistoryOptions
  #ofHost = nothingDerived()
  #scratch = new Float64Array(0)

  constructor(options: HistoryOptions) {
    this.#options = options
  }

  get length(): number {
    return this.#options.historyScopes + 1
  }

  add(slice: HostSlice): void {
    this.#ofHost = nothingDerived()
    push(this.hosts, slice, this.length)
    for (const window of this.instances.values()) window.isPresent = false
    for (const instance of slice.instances) this.#addInstance(instance)
    if (this.#options.asPublished) return
    for (const [name, window] of this.instances) if (!window.isPresent) this.instances.delete(name)
  }

  #addInstance(instance: InstanceSlice): void {
    if (!this.#options.asPublished && instance.isRepeat === true) return
    let window = this.instances.get(instance.name)
    if (window === undefined) {
      window = {
        name: instance.name,
        slices: [],
        derived: nothingDerived(),
        isPresent: false,
        hasEnded: false,
        identity: '',
      }
      this.instances.set(instance.name, window)
    }
    if (this.#options.asPublished) {
      const identity = identityOf(instance)
      if (identity === window.identity) {
        window.hasEnded = true
        return
      }
      window.identity = identity
    }
    window.isPresent = true
    window.derived.cpu = undefined
    window.derived.memory = undefined
    push(window.slices, instance, this.length)
  }

  isFull(window: InstanceWindow): boolean {
    return window.slices.length >= this.length
  }

  /** What the present instances were promised. */
  booked(resource: Resource): number {
    let sum = 0
    for (const { isPresent, slices } of this.instances.values()) {
      if (isPresent) sum += (slices.at(-1) as InstanceSlice)[resource].allocation
    }
    return sum
  }

  /** All samples of the window of the host, or of an instance. */
  window(resource: Resource, of?: InstanceWindow): Samples {
    const derived = this.#derived(resource, of)
    return (derived.samples ??= concatenate(of?.slices ?? this.hosts, resource))
  }

  /** One percentile (0..100) of a window; NaN when it has no sample. */
  percentile(resource: Resource, percent: number, of?: InstanceWindow): number {
    const derived = this.#derived(resource, of)
    if (derived.percentile?.percent !== percent)
      derived.percentile = { percent, value: this.#select(of?.slices ?? this.hosts, resource, percent) }
    return derived.percentile.value
  }

  /** Without an array of the window's own: most instances are asked for nothing else. */
  #select(slices: readonly UsageSlice[], resource: Resource, percent: number): number {
    const length = slices.reduce((sum, slice) => sum + slice[resource].usage.length, 0)
    if (this.#scratch.length < length) this.#scratch = new Float64Array(2 * length)
    const scratch = this.#scratch
    let count = 0
    for (const slice of slices) {
      const { usage } = slice[resource]
      for (let i = 0; i < usage.length; i++) {
        const value = usage[i] as number
        if (!Number.isNaN(value)) scratch[count++] = value
      }
    }
    return percentileInPlace(scratch, count, percent)
  }

  #derived(resource: Resource, of: InstanceWindow | undefined): Derived {
    const known = of === undefined ? this.#ofHost : of.derived
    return (known[resource] ??= { samples: undefined, percentile: undefined })
  }
}

function push<Item>(list: Item[], item: Item, length: number): void {
  list.push(item)
  if (list.length > length) list.shift()
}

function nothingDerived(): Record<Resource, Derived | undefined> {
  return { cpu: undefined, memory: undefined }
}

type UsageSlice = Readonly<Record<Resource, { readonly usage: Samples }>>

function concatenate(slices: readonly UsageSlice[], resource: Resource): Samples {
  let length = 0
  for (const slice of slices) length += slice[resource].usage.length
  const whole = new Float64Array(length)
  let at = 0
  for (const slice of slices) {
    const part = slice[resource].usage
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Mean and deviation of the processor, mean of memory, counters, number of samples: equal means "ended" as published. */
function identityOf(instance: InstanceSlice): string {
  const { cpu, memory, fingerprint } = instance
  return [meanOf(cpu.usage), deviationOf(cpu.usage), meanOf(memory.usage), fingerprint, cpu.usage.length].join(' ')
}
