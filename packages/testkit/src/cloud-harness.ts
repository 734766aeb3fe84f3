// What a driver's test must supply so that the shared contract suite can run against its cloud, be it simulated or a
// real libvirtd. The suite never sleeps by itself: time passes only through `pass`, so a virtual clock does as well as
// the real one.
import type { InstanceId } from '@gleaner/model'
import type { Cloud, NewInstance } from '@gleaner/ports'

export interface CloudHarness {
  readonly cloud: Cloud
  /** The time of that cloud, epoch milliseconds. */
  nowMs(): number
  /** Lets at least this much time of the cloud pass. A real cloud may sleep; a simulated one turns its clock. */
  pass(durationMs: number): Promise<void>
  /** Lets every state that is moving come to its end. */
  settle(): Promise<void>
  /**
   * An unprotected instance that is running now and that the suite may pause, suspend, stop, shelve, balloon and start
   * again. Each call answers with one that is running: a fresh one, or the last one restored.
   */
  runningInstance(): Promise<InstanceId>
  /** A well-formed id of an instance that this cloud does not have. */
  missingInstance(): InstanceId
  /** Makes part of the cloud unreadable until the returned function is called. */
  makePartial?(): Promise<() => Promise<void>>
  /** Makes the whole cloud unreachable until the returned function is called. */
  makeUnavailable?(): Promise<() => Promise<void>>
  /** Makes the cloud accept calls and never answer until the returned function is called. */
  makeHang?(): Promise<() => Promise<void>>
  /** Somebody deletes the instance behind the driver's back. */
  remove?(instanceId: InstanceId): Promise<void>
  /** A small firm instance that this cloud can make, with a new name each time; absent where it makes none. */
  newInstance?(): Omit<NewInstance, 'idempotencyKey'>
  /** The cloud's own id of the flavor of `newInstance`, where the cloud fences hosts for leases. */
  readonly flavorId?: string
  /** Ends everything the harness started, the driver included (closing it twice is allowed). */
  dispose(): Promise<void>
}

/** The two functions of a test runner the suite needs; those of vitest and of node:test fit. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown
  it(name: string, body: (context: { skip(note?: string): void }) => Promise<void>, timeoutMs?: number): unknown
}

export interface CloudSubject {
  /** Connects a new driver for one test. */
  open(): Promise<CloudHarness>
  /** Longest time of the cloud any action of it takes to reach its state; 120 s when absent. */
  readonly actionTimeMs?: number
  /** Longest real time one test of the suite may take; 20 s when absent. */
  readonly testTimeoutMs?: number
}
