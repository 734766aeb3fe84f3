// What the loops share: the parts of the running server. Made once at start by main.ts.
import type { CloudId } from '@gleaner/model'
import type { Clock, Cloud, Store } from '@gleaner/ports'
import type { OnlineEstimator, TelemetryWindows } from '@gleaner/engine'
import type { Logger } from 'pino'
import type { Executor } from './actions/executor.ts'
import type { Config } from './config/config.ts'
import type { EventHub } from './events/hub.ts'
import type { MeteringDesk } from './energy/metering-desk.ts'
import type { LendingBook } from './desktops/lending-book.ts'
import type { PowerBook } from './energy/power-book.ts'
import type { EvictionDesk } from './preemption/desk.ts'
import type { FenceKeeper } from './reservation/fence-keeper.ts'
import type { LeaseDesk } from './reservation/lease-desk.ts'
import type { KeepLinks } from './links/keep-links.ts'
import type { ProblemReporter } from './problems/reporter.ts'
import type { Directories } from './sources/directories.ts'
import type { MetricOwners } from './sources/metric-owners.ts'
import type { LiveState } from './state/live-state.ts'

export interface Runtime {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly hub: EventHub
  readonly store: Store
  readonly clouds: ReadonlyMap<CloudId, Cloud>
  readonly telemetry: TelemetryWindows
  readonly estimator: OnlineEstimator
  readonly state: LiveState
  readonly problems: ProblemReporter
  readonly executor: Executor
  /** Who is meant by the labels of a source. */
  readonly directories: Directories
  /** Whose figure counts where several measure the same. */
  readonly owners: MetricOwners
  readonly evictions: EvictionDesk
  readonly leases: LeaseDesk
  readonly fences: FenceKeeper
  readonly energy: MeteringDesk
  readonly power: PowerBook
  /** Undefined where notices carry no links. */
  readonly keepLinks: KeepLinks | undefined
  readonly lending: LendingBook
  readonly replica: string
  /** Wakes a loop by its name; unknown names are ignored. */
  wake(...loops: readonly string[]): void
}

/** Real time one call to a cloud may take before it counts as not answered. */
export const cloudCallTimeoutMs = 30_000
