// What filters ask about a host apart from its room. A cloud has thousands of hosts and a few dozen of these, so each
// filter judges a class once and not every host (after the computed node classes of Nomad's scheduler).
import type { HostKind, HostState, PlacementHost } from '@gleaner/model'

export type PropertyValue = string | number | boolean | readonly string[]

export interface HostClass {
  readonly state: HostState
  readonly kind: HostKind
  readonly properties: ReadonlyMap<string, PropertyValue>
  /** Undefined: open to every project. */
  readonly projects: readonly string[] | undefined
  readonly leasedTo: string | undefined
  /** A desktop that also takes what accepts no interruption. */
  readonly takesFirm: boolean
}

export class HostClasses {
  readonly #all: HostClass[] = []
  readonly #byKey = new Map<string, number>()

  get all(): readonly HostClass[] {
    return this.#all
  }

  /** Number of the class the host belongs to. */
  classify(host: PlacementHost): number {
    const properties = [...propertiesOf(host.properties)].sort(([a], [b]) => (a < b ? -1 : 1))
    const projects = host.projects === undefined ? undefined : [...new Set(host.projects)].sort()
    const { state = 'up', kind = 'hypervisor', leasedTo, takesFirm = false } = host
    const key = JSON.stringify([state, kind, properties, projects, leasedTo, takesFirm])
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    this.#byKey.set(key, this.#all.length)
    return this.#all.push({ state, kind, properties: new Map(properties), projects, leasedTo, takesFirm }) - 1
  }
}

/** A list of traits is a group of properties that are true. */
export function propertiesOf(given: PlacementHost['properties']): ReadonlyMap<string, PropertyValue> {
  if (given === undefined) return new Map()
  if (Array.isArray(given)) return new Map(given.map((trait) => [trait, true]))
  return new Map(Object.entries(given))
}
