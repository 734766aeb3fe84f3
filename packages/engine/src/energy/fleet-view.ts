// What a consolidation policy sees: hosts and instances as columns, so that thousands of each are cheap to look at. Compute
// is counted in one unit for all hosts (cores, MIPS, …), the same for capacity and demand.
import type { PowerCurve } from './power-curve.ts'

/** The host of an instance that has none. */
export const nowhere = -1

export interface HostColumns {
  readonly count: number
  /** Compute of the whole host, and of one of its cores: a single-threaded instance gets no more than that. */
  readonly capacity: Float64Array
  readonly coreCapacity: Float64Array
  readonly memoryMiB: Float64Array
  readonly curves: readonly PowerCurve[]
}

export interface InstanceColumns {
  readonly count: number
  /** The most it can ever ask for: its nominal size. */
  readonly size: Float64Array
  readonly memoryMiB: Float64Array
}

export interface FleetView {
  readonly hosts: HostColumns
  readonly instances: InstanceColumns
  /** The host each instance is on; `nowhere` of one that has not come yet or has left. */
  readonly hostOf: Int32Array
  /** What each instance asks for now. */
  readonly demand: Float64Array
  /** How many steps have passed since the first; counts from 0. */
  readonly step: number
  /** What an instance asked for `lag` steps ago; NaN before the first step. */
  pastDemand(instance: number, lag: number): number
  /** Whether the memory of a host limits what it takes. */
  readonly memoryBinds: boolean
  /** Absent: whatever the figures allow may be done. */
  readonly limits?: FleetLimits
}

/** What a cloud that runs adds to the figures. */
export interface FleetLimits {
  mayMove(instance: number): boolean
  /** Whether the host may get instances that it has not. */
  mayTake(host: number): boolean
  /** Whether anything is won by emptying the host. */
  mayEmpty(host: number): boolean
  /** What the scheduler sells of each host, and what each instance was sold: that is counted besides what is used. */
  readonly soldVcpus: { readonly ofHost: Float64Array; readonly ofInstance: Float64Array }
}

/** An instance shall go to another host, running all the while. */
export interface Move {
  readonly instance: number
  readonly to: number
}

/** Decides which instances move in this step. May keep a memory of earlier steps; knows nothing of later ones. */
export interface ConsolidationPolicy {
  readonly name: string
  decide(fleet: FleetView): readonly Move[]
}
