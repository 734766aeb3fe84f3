// What is booked of each host by nominal size, memory included, and where an instance goes when it comes: to the host whose
// power it raises least, the others taken as they were before anybody came.
import { type HostColumns, type InstanceColumns, type PowerCurve, powerAtW } from '@gleaner/engine/energy'

export class NominalRoom {
  readonly #hosts: HostColumns
  readonly #instances: InstanceColumns
  readonly #load: Float64Array
  readonly #memory: Float64Array

  constructor(hosts: HostColumns, instances: InstanceColumns) {
    this.#hosts = hosts
    this.#instances = instances
    this.#load = new Float64Array(hosts.count)
    this.#memory = new Float64Array(hosts.count)
  }

  /** Undefined when no host has the room. */
  hostFor(instance: number): number | undefined {
    const hosts = this.#hosts
    const size = this.#instances.size[instance] as number
    const needed = this.#instances.memoryMiB[instance] as number
    let found: number | undefined
    let leastW = Number.POSITIVE_INFINITY
    for (let host = 0; host < hosts.count; host++) {
      const capacity = hosts.capacity[host] as number
      const after = (this.#load[host] as number) + size
      const hasRoom =
        size <= (hosts.coreCapacity[host] as number) &&
        after <= capacity &&
        (this.#memory[host] as number) + needed <= (hosts.memoryMiB[host] as number)
      const curve = hosts.curves[host] as PowerCurve
      const addedW = powerAtW(curve, after / capacity) - powerAtW(curve, 0)
      if (!hasRoom || addedW >= leastW) continue
      found = host
      leastW = addedW
    }
    return found
  }

  /** Where most is left, for one that fits nowhere: below 0 where more is booked than there is. */
  roomiestHost(): number {
    const left = Float64Array.from(this.#load, (load, host) => (this.#hosts.capacity[host] as number) - load)
    return left.indexOf(left.reduce((most, room) => Math.max(most, room), Number.NEGATIVE_INFINITY))
  }

  enter(instance: number, host: number): void {
    this.#add(instance, host, 1)
  }

  leave(instance: number, host: number): void {
    this.#add(instance, host, -1)
  }

  #add(instance: number, host: number, sign: 1 | -1): void {
    this.#load[host] = (this.#load[host] as number) + sign * (this.#instances.size[instance] as number)
    this.#memory[host] = (this.#memory[host] as number) + sign * (this.#instances.memoryMiB[instance] as number)
  }
}
