// What a driver's test must supply so that the contract suite of TelemetrySource can run against it.
import type { Metric } from '@gleaner/model'
import type { TelemetrySource } from '@gleaner/ports'
import type { ServerFault } from './fault-server.ts'

/** Samples as they are stored: in the unit of the metric; of a counter, its reading in that unit times seconds. */
export interface StoredSeries {
  readonly of: 'host' | 'instance'
  /** What the series says its subject is called. */
  readonly name: string
  readonly metric: Metric
  readonly kind: 'gauge' | 'counter'
  /** Of a subject with several devices: which one. Added up. */
  readonly device?: string
  readonly samples: readonly (readonly [atMs: number, value: number])[]
}

export interface SourceHarness {
  /** Asks for cpu and memory of instances and hosts as gauges, for networkRx of instances as a counter summed by device. */
  readonly source: TelemetrySource
  /** The time by which the source asks for what is newest. */
  nowMs(): number
  /** Steps are this long. */
  readonly stepMs: number
  put(...series: readonly StoredSeries[]): Promise<void>
  behave(fault: ServerFault | undefined): Promise<void>
  /** No question may be answered with more samples than this. */
  limitSamples(most: number | undefined): void
  /** Texts that must stand in nothing that is said. */
  readonly secrets: readonly string[]
  /** How many questions were asked so far. */
  questions(): number
  dispose(): Promise<void>
}

export interface SourceSubject {
  /** Connects a new source to an empty store for one test. */
  open(): Promise<SourceHarness>
}
