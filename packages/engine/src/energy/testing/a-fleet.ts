// A small fleet for tests: hosts of 100 units with two cores of 50, a straight power curve from 100 to 200 W.
import type { FleetView } from '../fleet-view.ts'
import type { PowerCurve } from '../power-curve.ts'

export interface SmallInstance {
  readonly on: number
  readonly asks: number
  readonly size?: number
  readonly memoryMiB?: number
  /** Newest last; the present demand comes after them. */
  readonly past?: readonly number[]
}

export interface SmallFleet {
  readonly hosts: number
  readonly instances: readonly SmallInstance[]
  readonly curves?: readonly PowerCurve[]
  readonly step?: number
  readonly memoryBinds?: boolean
  readonly hostMemoryMiB?: number
}

export function aFleet({ hosts, instances, ...rest }: SmallFleet): FleetView {
  const column = (length: number, of: (nth: number) => number) => Float64Array.from({ length }, (_, nth) => of(nth))
  const each = (of: (instance: SmallInstance) => number) => Float64Array.from(instances, of)
  const demand = each(({ asks }) => asks)
  return {
    hosts: {
      count: hosts,
      capacity: column(hosts, () => 100),
      coreCapacity: column(hosts, () => 50),
      memoryMiB: column(hosts, () => rest.hostMemoryMiB ?? 4096),
      curves: rest.curves ?? Array.from({ length: hosts }, (): PowerCurve => [100, 200]),
    },
    instances: {
      count: instances.length,
      size: each(({ size }) => size ?? 50),
      memoryMiB: each(({ memoryMiB }) => memoryMiB ?? 512),
    },
    hostOf: Int32Array.from(instances, ({ on }) => on),
    demand,
    step: rest.step ?? 0,
    pastDemand: (instance, lag) =>
      lag === 0 ? (demand[instance] as number) : (instances[instance]?.past?.at(-lag) ?? Number.NaN),
    memoryBinds: rest.memoryBinds ?? false,
  }
}
