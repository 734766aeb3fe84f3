// Estimates of hosts: the last one of each with what its strategy carries on, and their past. Part of the Store port; its
// contract holds.
import type { HostEstimate } from '@gleaner/model'
import type { Fence } from './leadership.ts'

/** One resource of one host, or of many together, at the end of a scope. */
export interface EstimateFigures {
  readonly capacity: number
  readonly booked: number
  readonly mean: number | undefined
  readonly peak: number | undefined
  readonly estimate: number
  readonly violation: number
  readonly confidence: number
  readonly ratioInForce: number | undefined
  readonly ratioAim: number | undefined
}

export interface EstimatePoint {
  readonly atMs: number
  readonly scopeMs: number
  readonly strategy: string
  /** Too little was measured: the estimate before was kept, or all of the capacity counts as taken. */
  readonly blind: boolean
  readonly cores: EstimateFigures
  readonly memoryMiB: EstimateFigures
}

/** Sums over the hosts that have an estimate of this scope. */
export interface FleetFigures {
  readonly capacity: number
  readonly booked: number
  /** Over the hosts that were measured. */
  readonly mean: number
  readonly peak: number
  readonly estimate: number
  /**
   * What this scope is judged against (`expectedPeak`), over the hosts that had an estimate at the end of the scope before;
   * undefined where none had, or that one lies before what was asked for.
   */
  readonly expected: number | undefined
  /** Hosts whose estimate before was exceeded, and by how much together. */
  readonly violatedHosts: number
  readonly violation: number
}

export interface FleetPoint {
  readonly atMs: number
  readonly hosts: number
  readonly blindHosts: number
  readonly cores: FleetFigures
  readonly memoryMiB: FleetFigures
}

/** The last estimate of a host, and what its strategy carries on. */
export interface StoredEstimator {
  readonly estimate: HostEstimate
  readonly state: Uint8Array
}

export interface EstimateStore {
  /** Each becomes the host's last one and a point of its history, in one transaction. */
  save(fence: Fence, estimators: readonly StoredEstimator[]): Promise<void>
  loadAll(sliceRows: number): AsyncIterable<readonly StoredEstimator[]>
  /** The history of a host, oldest first. */
  range(hostId: string, fromMs: number, toMs: number): Promise<readonly EstimatePoint[]>
  /** Over all hosts, or those of one cloud, oldest first. */
  fleet(cloudId: string | undefined, fromMs: number, toMs: number): Promise<readonly FleetPoint[]>
  /** The hosts are gone: their last estimates go, their history stays until its time. */
  forget(fence: Fence, hostIds: readonly string[]): Promise<void>
}
