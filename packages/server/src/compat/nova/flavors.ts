// Flavors by their id, as far as the front needs them: sizes, and the extra specs, of which one makes everything of the
// flavor preemptible. Read with the caller's token, remembered for a minute. Who may use a flavor is nova's affair: what
// is remembered here lets nobody do anything.
import type { Clock } from '@gleaner/ports'
import type { CallerCalls } from './caller-calls.ts'
import { isObject } from './create-document.ts'
import { baseMinor } from './microversion.ts'

export interface Flavor {
  readonly id: string
  readonly name: string
  readonly vcpus: number
  readonly memoryMiB: number
  /** The root disk, which an instance that boots from a volume does not have. */
  readonly rootGiB: number
  readonly ephemeralGiB: number
  readonly swapMiB: number
  readonly extraSpecs: Readonly<Record<string, string>>
}

const rememberedMs = 60_000
const mostFlavors = 1000

export class Flavors {
  readonly #clock: Clock
  readonly #known = new Map<string, { readonly flavor: Flavor; readonly untilMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Undefined when nova does not show it to the caller, or not in a form that can be read. */
  async find(id: string, calls: CallerCalls, signal: AbortSignal): Promise<Flavor | undefined> {
    const known = this.#known.get(id)
    if (known !== undefined && known.untilMs > this.#clock.nowMs()) return known.flavor
    const flavor = await read(id, calls, signal)
    if (flavor === undefined) return undefined
    if (this.#known.size >= mostFlavors) this.#known.clear()
    this.#known.set(id, { flavor, untilMs: this.#clock.nowMs() + rememberedMs })
    return flavor
  }
}

async function read(id: string, calls: CallerCalls, signal: AbortSignal): Promise<Flavor | undefined> {
  const path = `/v2.1/flavors/${encodeURIComponent(id)}`
  const [flavor, specs] = await Promise.all([
    calls.read({ path, minor: baseMinor, name: 'flavor' }, signal),
    calls.read({ path: `${path}/os-extra_specs`, minor: baseMinor, name: 'extra_specs' }, signal),
  ])
  const [vcpus, memoryMiB, rootGiB] = [flavor?.['vcpus'], flavor?.['ram'], flavor?.['disk']]
  if (typeof vcpus !== 'number' || typeof memoryMiB !== 'number' || typeof rootGiB !== 'number') return undefined
  if (!isObject(specs)) return undefined
  return {
    id,
    name: typeof flavor?.['name'] === 'string' ? flavor['name'] : id,
    vcpus,
    memoryMiB,
    rootGiB,
    ephemeralGiB: number(flavor?.['OS-FLV-EXT-DATA:ephemeral']),
    swapMiB: number(flavor?.['swap']),
    extraSpecs: Object.fromEntries(Object.entries(specs).map(([key, value]) => [key, String(value)])),
  }
}

/** Nova says "" for no swap. */
function number(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0
}
