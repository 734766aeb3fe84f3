// What the API, and nothing else, sees of the running server.
import type {
  ExplainInput,
  FoundSlot,
  LendableRoom,
  NoSlot,
  OutletState,
  PowerSeries,
  ReservationBook,
  WhyHost,
  WhyInstance,
} from '@gleaner/engine'
import type {
  ActionKind,
  Capability,
  CloudId,
  EvictionDecision,
  Hold,
  Host,
  HostEstimate,
  HostId,
  HostPowerRecord,
  InstanceId,
  Interval,
  JournalEntry,
  HostOffer,
  Lease,
  LeaseLimits,
  Metric,
  Mode,
  Problem,
  ProjectId,
  ProjectLimits,
  ProjectTerms,
  Proposal,
  Role,
  Rule,
  RuleDefinition,
  StepKind,
  Verdict,
} from '@gleaner/model'
import type { Clock, Cloud, Store, TelemetrySource } from '@gleaner/ports'
import type { Logger } from 'pino'
import type { RoomPreview, RoomQuestion } from './commands/preview-room.ts'
import type { Config } from './config/config.ts'
import type { DesktopDesk } from './desktops/desktop-desk.ts'
import type { EventHub } from './events/hub.ts'
import type { KeepLink, KeepLinks } from './links/keep-links.ts'
import type { LoopStatus } from './loops/loop.ts'
import type { Waiting } from './commands/promote-waiting.ts'
import type { MadeSeries, SeriesRequest, SeriesTime } from './commands/lease-series.ts'
import type { LeaseChange, LeaseRequest, LeaseWishRequest } from './reservation/lease-request.ts'
import type { HostOfferChange } from './commands/offer-hosts.ts'
import type { OptOutWish } from './commands/projects.ts'
import type { EntryRequest, LeaseEntry } from './reservation/fence-keeper.ts'
import type { RoomDecision, RoomRequest } from './preemption/room.ts'
import type { KillSwitch, LiveState } from './state/live-state.ts'

/** Who calls, with which right, from where. */
export interface Caller {
  readonly name: string
  readonly role: Role
  /** Projects (names or ids) a member may see; members without any see none. */
  readonly projects: readonly string[]
  readonly from: string
  readonly by: 'token' | 'session' | 'certificate' | 'keystone' | 'anonymous'
  /** When what they came with ends; absent or undefined when it does not. */
  readonly endsAtMs?: number | undefined
}

export interface LeaseQuota {
  readonly limits: LeaseLimits
  readonly period: Interval
  readonly hours: number
  /** Its leases on the waitlist now. */
  readonly waiting: number
}

/** Everything that changes something. Each command checks, does, audits, and wakes the loops concerned. */
export interface Commands {
  setMode(capability: Capability, mode: Mode, caller: Caller): Promise<void>
  pause(reason: string, caller: Caller): Promise<KillSwitch>
  unpause(caller: Caller): Promise<void>
  /** A person's command on an instance: journalled, called, watched; rejects with the gate's verdict when it refuses. */
  act(
    instanceId: InstanceId,
    request: { readonly action: ActionKind; readonly reason: string },
    caller: Caller,
  ): Promise<JournalEntry>
  keep(
    instanceId: InstanceId,
    request: { readonly durationMs: number; readonly reason: string },
    caller: Caller,
  ): Promise<Hold>
  /** By whoever has the link; undefined, and nothing changed, when it was used before. The link itself is good. */
  keepByLink(link: KeepLink, from: string): Promise<Hold | undefined>
  releaseHold(id: string, caller: Caller): Promise<void>
  approve(proposalId: string, caller: Caller): Promise<Proposal>
  veto(
    proposalId: string,
    request: { readonly durationMs: number; readonly reason: string },
    caller: Caller,
  ): Promise<void>
  clearProblem(id: string, caller: Caller): Promise<Problem>
  /** Rejects with `rule-invalid` and its faults. */
  createRule(definition: RuleDefinition, caller: Caller): Promise<Rule>
  updateRule(
    id: string,
    change: { readonly definition: RuleDefinition; readonly revision: number | undefined },
    caller: Caller,
  ): Promise<Rule>
  removeRule(id: string, caller: Caller): Promise<void>
  /**
   * What makeRoom would answer now, with the reason of each host, and nothing is begun or recorded. Throws `not-found` for a
   * cloud that is not known, `conflict` while its reading is missing, old or partial.
   */
  previewRoom(question: RoomQuestion): RoomPreview
  /**
   * Finds room for a request, and makes it by eviction where there is none and the mode of preemption allows it. Answers
   * at once: `free`, `making` (then `awaitRoom`), or `refused` with the reason per host and what would unblock it. The same
   * `requestId` again is the same decision. Rejects with `request-invalid` when the request makes no sense, `not-found` when
   * its cloud is not known, `not-leader` on a replica that only follows.
   */
  makeRoom(request: RoomRequest, caller: Caller): Promise<RoomDecision>
  /** The decision as it stands now; `not-found` for an id that is not known. */
  room(decisionId: string): Promise<RoomDecision>
  /** Resolves as soon as the decision is no longer `making`; rejects with the signal's reason. */
  awaitRoom(decisionId: string, signal: AbortSignal): Promise<RoomDecision>
  /**
   * Opens the room for its request: what held it is released, so that the cloud's scheduler can claim it anew. The caller
   * creates right away, each instance on the host of its placement. `conflict` unless the room is held, or was just taken.
   */
  takeRoom(decisionId: string, caller: Caller): Promise<RoomDecision>
  /** What came of it: the ids the cloud gave, or why creating failed. Ends the decision. */
  roomTaken(
    decisionId: string,
    outcome: { readonly instanceIds: readonly InstanceId[] } | { readonly failure: string },
    caller: Caller,
  ): Promise<void>
  /** The request is withdrawn: evictions that have not begun are called off, what is held is released. */
  giveUpRoom(decisionId: string, reason: string, caller: Caller): Promise<void>
  /**
   * When and where a lease could be now, or why not; nothing is begun. Throws `request-invalid` with the field that is wrong,
   * `not-leader` on a replica that only follows.
   */
  planLease(
    request: LeaseWishRequest & Partial<Pick<LeaseRequest, 'name'>>,
  ): Promise<{ readonly book: ReservationBook; readonly slot: FoundSlot | NoSlot }>
  /**
   * A lease with all of its hosts, or one on the waitlist where the request may wait, or `lease-no-slot` with the reason and the
   * alternatives; `conflict` when its name is taken.
   */
  makeLease(request: LeaseRequest, caller: Caller): Promise<Lease>
  /** Every time of a series as it would be now; nothing is begun. `request-invalid` where the recurrence cannot be. */
  planLeaseSeries(request: SeriesRequest): Promise<readonly SeriesTime[]>
  /** All of its leases, or those for which there is a place; `lease-no-slot` tells which cannot be had, and then there is none. */
  makeLeaseSeries(request: SeriesRequest, caller: Caller): Promise<MadeSeries>
  /** Calls off those that begin at this moment or later; `not-found` when none is left that the caller sees. */
  endLeaseSeries(
    wish: { readonly id: string; readonly fromMs: number; readonly sees: (lease: Lease) => boolean },
    caller: Caller,
  ): Promise<readonly Lease[]>
  /** A proposal becomes a lease; `conflict` when it has lapsed. */
  confirmLease(id: string, caller: Caller): Promise<Lease>
  /** The project of a lease without an end says that it is still needed; `conflict` when it has an end or is over. */
  renewLease(id: string, caller: Caller): Promise<Lease>
  /** Other name or times. What has begun keeps its start and its hosts: `lease-no-slot` tells how long it can be at most. */
  changeLease(id: string, change: LeaseChange, caller: Caller): Promise<Lease>
  /** Another host in place of this one of the lease; `conflict` while it works and the project has instances on it. */
  swapLeaseHost(id: string, host: string, caller: Caller): Promise<Lease>
  /** Calls off what has not begun, and moves the end of what has to now. */
  endLease(id: string, caller: Caller): Promise<Lease>
  /**
   * Opens room in a running lease for instances of its own project, and tells the flavor that leads there. `not-found` for a
   * lease of another, `conflict` when it has not begun or has no room left, `not-leader` on a replica that only follows.
   */
  enterLease(request: EntryRequest, caller: Caller): Promise<LeaseEntry>
  /** They have their place, or will have none: what was open is closed. */
  enteredLease(id: string, outcome: { readonly isPlaced: boolean }, caller: Caller): Promise<void>
  /** What is told of a host beside what its cloud tells, or that it cannot be reserved; `not-found` for one no cloud has. */
  offerHost(hostId: HostId, change: HostOfferChange, caller: Caller): Promise<HostOffer>
  /** Shown to operators only from now on, or to all; `not-found` for a property that no host has. */
  setPropertyPrivate(property: string, isPrivate: boolean, caller: Caller): Promise<void>
  /** What the project may reserve, and the host-hours it has in the calendar period of a moment. */
  leaseQuota(projectId: ProjectId, atMs: number): Promise<LeaseQuota>
  /** Until when a lease could be extended on its hosts; Infinity when nobody comes after it. */
  longestUntilMs(lease: Lease): number
  /** Where a lease stands on the waitlist; undefined when it is not on it, or nobody here knows. */
  waitingOf(lease: Lease): Waiting | undefined
  /**
   * A person wants the host awake or asleep for a time; undefined takes that back. The plan follows in its next cycles, as far as
   * the safety of what runs lets it. `conflict` when the host cannot be switched.
   */
  wishPower(
    hostId: HostId,
    wish: { readonly state: 'awake' | 'asleep'; readonly forMs: number } | undefined,
    caller: Caller,
  ): Promise<void>
  /** No rule does anything in the project for a time; undefined ends that. `forbidden` for what somebody with more rights said. */
  optOutProject(projectId: ProjectId, wish: OptOutWish, caller: Caller): Promise<ProjectTerms>
  /** How far rules go in the project, in place of the limits before. */
  limitProject(projectId: ProjectId, limits: ProjectLimits, caller: Caller): Promise<ProjectTerms>
  /** Evicts a preemptible instance as if its room were needed, with notice and return; `conflict` when that cannot be. */
  testEviction(instanceId: InstanceId, caller: Caller): Promise<EvictionDecision>
  /** Marks the instance in its cloud as preemptible, or as firm again. */
  setPreemptible(instanceId: InstanceId, preemptible: boolean, caller: Caller): Promise<void>
  /** Marks the instance in its cloud as left out of evictions, or no longer. */
  setOptOut(instanceId: InstanceId, optOut: boolean, caller: Caller): Promise<void>
}

/** Usage over a span in `average.length` buckets of equal length; NaN where nothing was measured. */
export interface UsageSeries {
  readonly startMs: number
  readonly stepMs: number
  readonly average: ArrayLike<number>
  readonly minimum: ArrayLike<number>
  readonly maximum: ArrayLike<number>
}

/** Measured usage of hosts and instances, as it is shown. Answers NaN for what is not known; never throws. */
export interface UsageReader {
  /** The newest value; NaN when there is none or it is too old to stand for the present. */
  latest(subject: string, metric: Metric): number
  /** When the newest sample of whatever metric was taken. */
  sampledAtMs(subject: string): number
  /** The same as idleFor() of the rule language, in milliseconds. */
  idleForMs(subject: string): number
  series(
    subject: string,
    request: { readonly metric: Metric; readonly fromMs: number; readonly toMs: number; readonly points: number },
  ): UsageSeries
  /** What came in since the start, and how much is kept. */
  counters(): { readonly subjects: number; readonly samples: number; readonly refused: number; readonly bytes: number }
}

/** The last estimate of each host, as the ledger counts with it. */
export interface EstimateReader {
  estimateOf(hostId: HostId): HostEstimate | undefined
  hostIds(): Iterable<HostId>
}

/** A meter of power as it is shown. */
export interface MeterStatus {
  readonly id: string
  readonly kind: string
  readonly readAtMs: number | undefined
  /** Why the last reading failed; undefined when it did not. */
  readonly fault: string | undefined
  /** Asked for in the last reading. */
  readonly outlets: number
  /** Good readings of outlets since the start. */
  readonly readings: number
}

/** Power of hosts now and over the last days, and what it was read from. On the leader only; others know nothing of it. */
export interface EnergyReader {
  /** NaN while it is not known. */
  powerW(hostId: HostId): number
  /** Worked out by a model, in part at least. */
  isEstimated(hostId: HostId): boolean
  /** Hosts that hang on a meter. */
  hostIds(): Iterable<HostId>
  series(hostId: HostId, fromMs: number, toMs: number): PowerSeries | undefined
  outlets(): readonly OutletState[]
  meters(): readonly MeterStatus[]
}

/** One host that can be switched off and on, at this moment. */
export interface PowerNow {
  readonly host: Host
  /** Undefined: nothing was ever done to it. */
  readonly record: HostPowerRecord | undefined
  /** Infinity: none is known. */
  readonly nextLeaseMs: number
  readonly wakesInMs: number
  /** What leases have of it that are not over. */
  readonly promised: readonly Interval[]
  readonly step: StepKind | undefined
  readonly reason: Verdict | undefined
}

/** What decisions rest on, for previews and explanations: the same things the decide loop uses. */
export interface Insight {
  /** What the rules look at, as of the newest readings. The table is built once per reading and kept. */
  ruleInput(): ExplainInput
  /** The story of one instance, as the engine tells it. */
  why(instanceId: InstanceId): Promise<WhyInstance>
  /** The story of one host as a whole. */
  whyHost(hostId: HostId): Promise<WhyHost>
  /** The hosts that can be switched, and what the plan says of each. */
  power(): readonly PowerNow[]
  /** How much preemptible instances may have of each host that is fenced for lending; empty where none is. */
  lendable(): ReadonlyMap<HostId, LendableRoom>
}

export interface Application {
  readonly version: string
  /** Name of this replica: host name and process id. */
  readonly replica: string
  readonly startedAtMs: number
  readonly clock: Clock
  readonly config: Config
  readonly log: Logger
  readonly store: Store
  readonly storeInfo: { readonly kind: 'private' | 'external'; readonly detail: string }
  readonly clouds: ReadonlyMap<CloudId, Cloud>
  readonly sources: ReadonlyMap<string, TelemetrySource>
  readonly state: LiveState
  readonly hub: EventHub
  readonly commands: Commands
  readonly usage: UsageReader
  readonly estimates: EstimateReader
  readonly energy: EnergyReader
  readonly insight: Insight
  readonly desktops: DesktopDesk
  /** Undefined where notices carry no links. */
  readonly keepLinks: KeepLinks | undefined
  loops(): readonly LoopStatus[]
}
