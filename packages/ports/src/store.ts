// The Store port: what must outlive the process. Contract:
//
// - Every method either has happened durably when it resolves, or rejects with a `store-…` GleanerError and changed nothing.
// - Methods that take a `Fence` check in the same transaction that its term is still the current one of its scope, and
//   reject with `not-leader` otherwise: a leader that was paused and replaced cannot write when it wakes up.
// - Times are epoch milliseconds and come from the caller; the store reads no clock for anything that is decided upon.
import type {
  Capability,
  Eviction,
  EvictionDecision,
  EvictionKind,
  Hold,
  HostEstimate,
  HostId,
  HostOffer,
  HostOffers,
  HostPowerRecord,
  Instance,
  Interval,
  JournalEntry,
  JournalState,
  Lease,
  LeaseState,
  LedgerLine,
  MemoryLoan,
  NoticeAbout,
  Plan,
  Problem,
  ProblemReport,
  Proposal,
  ReportBody,
  Role,
  Rule,
  RuleDefinition,
  Sizes,
} from '@gleaner/model'
import type { DesktopStore } from './desktop-store.ts'
import type { EnergyStore } from './energy-store.ts'
import type { ProjectTermsStore } from './project-terms-store.ts'

/** Proof of leadership: the scope that is led and the term it was won with. */
export interface Fence {
  readonly scope: string
  readonly term: number
}

export interface Leadership {
  /**
   * Tries once to become the leader of the scope. Undefined while another replica leads. `lost` fires when the
   * connection that holds the lock breaks; the holder must then stop acting at once.
   */
  tryLead(
    scope: string,
    holder: string,
  ): Promise<{ readonly fence: Fence; readonly lost: AbortSignal; release(): Promise<void> } | undefined>
  /** Who leads, as far as the database knows. */
  current(
    scope: string,
  ): Promise<{ readonly holder: string; readonly term: number; readonly sinceMs: number } | undefined>
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Total of all that match, not only of this page. */
  readonly total: number
}

export interface RuleStore {
  list(): Promise<readonly Rule[]>
  find(idOrName: string): Promise<Rule | undefined>
  /** `conflict` when the name is taken. */
  create(definition: RuleDefinition, by: string, nowMs: number): Promise<Rule>
  /** `conflict` when `expectedRevision` is not the stored one. Each revision is kept. */
  update(
    id: string,
    change: { readonly definition: RuleDefinition; readonly expectedRevision: number | undefined },
    who: { readonly by: string; readonly nowMs: number },
  ): Promise<Rule>
  remove(id: string, by: string, nowMs: number): Promise<void>
  revisions(id: string): Promise<readonly Rule[]>
  /** Makes the rules of the configuration file exactly these; others of source `file` go. */
  replaceFileRules(definitions: readonly RuleDefinition[], nowMs: number): Promise<readonly Rule[]>
}

export interface ProposalStore {
  /** Every proposal in an open state. */
  open(): Promise<readonly Proposal[]>
  find(id: string): Promise<Proposal | undefined>
  /** Writes the given proposals (new or changed) in one transaction. A stored proposal that has ended never reopens. */
  save(fence: Fence, proposals: readonly Proposal[]): Promise<void>
  /** A person's approval; only from `awaiting-approval`, else `conflict`. */
  approve(id: string, by: string, nowMs: number): Promise<Proposal>
  forInstance(instanceId: string, limit: number): Promise<readonly Proposal[]>
  /** Those on the host as a whole. */
  forHost(hostId: string, limit: number): Promise<readonly Proposal[]>
  /** What was watched in mode observe at some moment of the span: those open, and those that ended after its begin. */
  observed(span: Interval): Promise<readonly Proposal[]>
  recent(
    filter: {
      readonly state?: string
      readonly capability?: Capability
      /** Only proposals on instances of these projects (ids); none when empty. */
      readonly projectIds?: readonly string[]
    },
    page: { readonly limit: number; readonly offset: number },
  ): Promise<Page<Proposal>>
}

export interface JournalFilter {
  readonly instanceId?: string
  /** Only steps on this host as a whole. */
  readonly onHostId?: string
  readonly states?: readonly JournalState[]
  readonly cause?: string
  readonly fromMs?: number
  readonly toMs?: number
  /** Matches the name of the instance or host, cause or action, case-insensitively. */
  readonly text?: string
  /** Only entries of instances of these projects (ids); none when empty. */
  readonly projectIds?: readonly string[]
}

export interface JournalStore {
  /**
   * Writes the intent. Rejects with `conflict` when the idempotency key is already there, or when an entry of the same
   * instance, or of the same host as a whole, is still open: neither ever has two actions under way.
   */
  intend(fence: Fence, entry: JournalEntry): Promise<void>
  /** One more attempt of an intended entry is about to be called. */
  attempt(fence: Fence, id: string): Promise<void>
  accept(fence: Fence, id: string, atMs: number): Promise<void>
  finish(
    fence: Fence,
    id: string,
    end: { readonly state: 'done' | 'failed' | 'timed-out'; readonly atMs: number; readonly outcome: string },
  ): Promise<void>
  open(): Promise<readonly JournalEntry[]>
  /** Memory that guests were asked to leave and have not had back, however long ago. */
  loans(): Promise<readonly MemoryLoan[]>
  find(id: string): Promise<JournalEntry | undefined>
  list(filter: JournalFilter, page: { readonly limit: number; readonly offset: number }): Promise<Page<JournalEntry>>
  /** All entries intended at or after this time, oldest first: what the budgets and sinceAction() need. */
  since(fromMs: number): Promise<readonly JournalEntry[]>
}

/** A link that counts once; its use is remembered at least until it would end by itself. */
export interface UsableLink {
  readonly id: string
  readonly endsAtMs: number
}

export interface HoldStore {
  active(nowMs: number): Promise<readonly Hold[]>
  forInstance(instanceId: string): Promise<readonly Hold[]>
  /** All that were made at or after this time, oldest first, also those that have lapsed or were released. */
  since(fromMs: number): Promise<readonly Hold[]>
  add(hold: Omit<Hold, 'id'>): Promise<Hold>
  /** Uses the link up and adds the hold, both or neither; undefined, and nothing changed, when it was used before. */
  addByLink(link: UsableLink, hold: Omit<Hold, 'id'>): Promise<Hold | undefined>
  /** When a link was used; undefined when it was not. */
  linkUsedAtMs(linkId: string): Promise<number | undefined>
  release(id: string, by: string, nowMs: number): Promise<void>
}

export interface EvictionStore {
  /** Every decision that has not ended, oldest first. */
  openDecisions(): Promise<readonly EvictionDecision[]>
  decision(id: string): Promise<EvictionDecision | undefined>
  decisionOf(requestId: string): Promise<EvictionDecision | undefined>
  /** Newest first. */
  decisions(
    filter: { readonly cloudId?: string; readonly kind?: EvictionKind },
    page: { readonly limit: number; readonly offset: number },
  ): Promise<Page<EvictionDecision>>
  /** A new decision; `conflict` when its request was decided upon already. */
  decide(fence: Fence, decision: EvictionDecision): Promise<void>
  /**
   * A step of a decision, with the instances that were seen to have left by it, in one transaction. `conflict` when the
   * decision has ended. An eviction that is there already stays as it is.
   */
  save(fence: Fence, decision: EvictionDecision, left: readonly Eviction[]): Promise<void>
  /** Evicted instances that wait to come back, or are on their way, longest evicted first. */
  onTheirWayBack(): Promise<readonly Eviction[]>
  eviction(id: string): Promise<Eviction | undefined>
  /** How far the way back of an eviction is. */
  follow(fence: Fence, eviction: Eviction): Promise<void>
  /** Newest first. */
  evictions(
    filter: {
      readonly instanceId?: string
      /** Only of these projects (ids); none when empty. */
      readonly projectIds?: readonly string[]
      readonly fromMs?: number
    },
    page: { readonly limit: number; readonly offset: number },
  ): Promise<Page<Eviction>>
}

/** What a host can hold of instances. */
export interface HostRoom {
  readonly hostId: HostId
  readonly capacity: Sizes
}

export interface LeaseStore {
  /** Every lease that is not over, by its start. */
  open(): Promise<readonly Lease[]>
  find(id: string): Promise<Lease | undefined>
  /** Latest start first. */
  list(
    filter: {
      readonly name?: string
      readonly states?: readonly LeaseState[]
      /** Only of these projects (ids); none when empty. */
      readonly projectIds?: readonly string[]
    },
    page: { readonly limit: number; readonly offset: number },
  ): Promise<Page<Lease>>
  /** Leases of a project that touch the span: open ones, and those that have ended. */
  within(projectId: string, span: Interval): Promise<readonly Lease[]>
  /**
   * Writes leases whole, new or changed, with their events, what they hold on hosts, and the lines of who did it: all of them
   * or none. No lease is among them twice.
   * `conflict`, and nothing changed, when a host is promised to another at some moment, when the project has another open
   * lease of this name, when the lease is over, or when an event that is done would be done again.
   */
  save(fence: Fence, writes: readonly LeaseWrite[]): Promise<void>
}

export interface LeaseWrite {
  readonly lease: Lease
  /** At least its hosts. */
  readonly rooms: readonly HostRoom[]
  /** Who did it, if anybody. */
  readonly line?: AuditEntry | undefined
}

export interface HostOffersStore {
  all(): Promise<HostOffers>
  /** In place of what was told of the host before. */
  save(fence: Fence, offer: HostOffer): Promise<void>
  setPrivate(fence: Fence, property: string, isPrivate: boolean): Promise<void>
}

export interface HostPowerStore {
  all(): Promise<readonly HostPowerRecord[]>
  save(fence: Fence, record: HostPowerRecord): Promise<void>
}

export interface ProblemStore {
  /** Inserts or counts up; reopens when it was cleared or resolved. */
  report(report: ProblemReport, nowMs: number): Promise<Problem>
  /** The cause has gone: marks the open row of this code and subject as resolved, if there is one. */
  resolve(code: string, subject: string, nowMs: number): Promise<void>
  clear(id: string, by: string, nowMs: number): Promise<Problem>
  list(filter: { readonly includeClosed: boolean }): Promise<readonly Problem[]>
}

/** What is remembered of an instance between two runs: to see a person's action that happened in between. */
export interface InstanceMemory {
  readonly instanceId: string
  readonly state: Instance['state']
  readonly stateSinceMs: number
  readonly firstSeenMs: number
  readonly lastSeenMs: number
}

export interface LedgerPoint {
  readonly atMs: number
  readonly cores: LedgerLine
  readonly memoryMiB: LedgerLine
}

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

export interface StoredToken {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly projects: readonly string[]
  readonly createdAtMs: number
  readonly createdBy: string
  readonly expiresAtMs: number | undefined
  readonly lastUsedAtMs: number | undefined
}

export interface TokenStore {
  list(): Promise<readonly StoredToken[]>
  /** `sha256` is the hash of the secret; the secret itself is never stored. `conflict` when the name is taken. */
  create(token: Omit<StoredToken, 'id' | 'lastUsedAtMs'>, sha256: Uint8Array): Promise<StoredToken>
  findByHash(sha256: Uint8Array): Promise<StoredToken | undefined>
  touch(id: string, nowMs: number): Promise<void>
  remove(id: string): Promise<void>
}

/** Who logs in with a client certificate. */
export interface Person {
  readonly id: string
  /** Both as RFC 4514 writes names. */
  readonly issuer: string
  readonly subject: string
  /** False until an administrator has activated the person, and after one has ended that. */
  readonly active: boolean
  readonly role: Role
  readonly projects: readonly string[]
  /** Of the certificate that was seen last. */
  readonly serial: string
  readonly fingerprint: string
  readonly certificateEndsAtMs: number
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  /** When and by whom it was last decided what the person may do; undefined while that waits. */
  readonly decidedAtMs: number | undefined
  readonly decidedBy: string | undefined
}

export type SeenCertificate = Pick<
  Person,
  'issuer' | 'subject' | 'serial' | 'fingerprint' | 'certificateEndsAtMs' | 'lastSeenMs'
>

export interface PersonStore {
  /** Those who wait first, then by subject. */
  list(): Promise<readonly Person[]>
  find(issuer: string, subject: string): Promise<Person | undefined>
  /**
   * Notes a visit; who was never seen is recorded as inactive, with `first` true. Undefined when so many wait already that
   * nobody more is recorded.
   */
  seen(
    certificate: SeenCertificate,
    mostWaiting: number,
  ): Promise<{ readonly person: Person; readonly first: boolean } | undefined>
  /** `not-found` for an id that is not known. */
  decide(
    id: string,
    what: Pick<Person, 'active' | 'role' | 'projects'>,
    who: { readonly by: string; readonly nowMs: number },
  ): Promise<Person>
  remove(id: string): Promise<void>
}

export interface AuditEntry {
  readonly atMs: number
  readonly by: string
  /** Where from: address of the peer, or "cli", "file". */
  readonly from: string
  readonly what: string
  readonly object: string
  readonly before: unknown
  readonly after: unknown
}

export interface TelemetryBlob {
  readonly subject: string
  readonly bytes: Uint8Array
}

export interface StoredNotice {
  readonly id: string
  readonly instanceId: string
  readonly proposalId: string | undefined
  readonly sentence: string
  readonly createdAtMs: number
  readonly dueAtMs: number | undefined
  /** Names of the notifiers that have delivered it. */
  readonly sentBy: readonly string[]
  /** Undefined for notices of versions that did not deliver them. */
  readonly about: NoticeAbout | undefined
  /** A report in place of a notice; its `instanceId` is empty. */
  readonly report?: ReportBody
}

/** Notices that wait to be delivered. What is taken out by a leader that was replaced meanwhile stays in, and is sent twice. */
export interface NoticeOutbox {
  /** Whose time has come, oldest first. */
  due(
    notifier: string,
    at: { readonly nowMs: number; readonly limit: number },
  ): Promise<readonly { readonly notice: StoredNotice; readonly attempts: number }[]>
  sent(fence: Fence, notifier: string, id: string): Promise<void>
  later(fence: Fence, notifier: string, next: { readonly id: string; readonly nextAtMs: number }): Promise<void>
  giveUp(fence: Fence, notifier: string, id: string): Promise<void>
  /** Takes out what is older, and the oldest of more than `most`; answers how many. */
  trim(fence: Fence, notifier: string, bounds: { readonly most: number; readonly beforeMs: number }): Promise<number>
  /** What waits for a notifier that is configured no more will never be sent. */
  keepOnly(fence: Fence, notifiers: readonly string[]): Promise<void>
  /** What was put in for a notifier and was delivered or waits, newest first; only of these projects (ids) where some are given. */
  recent(
    notifier: string,
    which: { readonly limit: number; readonly projectIds?: readonly string[] | undefined },
  ): Promise<readonly { readonly notice: StoredNotice; readonly attempts: number | undefined }[]>
  waiting(notifier: string): Promise<{ readonly count: number; readonly oldestAtMs: number | undefined }>
}

export interface Store {
  readonly leadership: Leadership
  readonly rules: RuleStore
  readonly proposals: ProposalStore
  readonly journal: JournalStore
  readonly holds: HoldStore
  readonly evictions: EvictionStore
  readonly leases: LeaseStore
  readonly hostOffers: HostOffersStore
  readonly projectTerms: ProjectTermsStore
  readonly hostPower: HostPowerStore
  readonly desktops: DesktopStore
  readonly problems: ProblemStore
  readonly tokens: TokenStore
  readonly people: PersonStore
  readonly estimates: EstimateStore
  readonly energy: EnergyStore

  readonly settings: {
    /** JSON values under dotted names: `mode.idleness`, `kill-switch`, … */
    all(): Promise<ReadonlyMap<string, unknown>>
    set(name: string, value: unknown, who: { readonly by: string; readonly nowMs: number }): Promise<void>
    remove(name: string, who: { readonly by: string; readonly nowMs: number }): Promise<void>
  }
  readonly plans: {
    /** Keeps the plan for later comparison; identical consecutive plans are stored once. */
    save(fence: Fence, plan: Plan): Promise<void>
    find(id: string): Promise<Plan | undefined>
    latest(limit: number): Promise<readonly Plan[]>
  }
  readonly instances: {
    memories(cloudId: string): Promise<readonly InstanceMemory[]>
    remember(fence: Fence, cloudId: string, memories: readonly InstanceMemory[]): Promise<void>
    forget(fence: Fence, cloudId: string, instanceIds: readonly string[]): Promise<void>
  }
  readonly ledger: {
    append(fence: Fence, cloudId: string, point: LedgerPoint): Promise<void>
    range(cloudId: string, fromMs: number, toMs: number): Promise<readonly LedgerPoint[]>
  }
  readonly telemetry: {
    /** May lose the last seconds on a power cut (synchronous_commit off): a gap, never wrong data. */
    save(blobs: readonly TelemetryBlob[]): Promise<void>
    /**
     * In slices, so that a large state does not stand in memory twice; in no particular order. The bytes of a slice are good
     * until the next one is asked for: who keeps them copies them.
     */
    loadAll(sliceRows: number): AsyncIterable<readonly TelemetryBlob[]>
    remove(subjects: readonly string[]): Promise<void>
  }
  readonly notices: {
    /** In the same transaction it waits for each of these notifiers; one that was added before is left as it is. */
    add(fence: Fence, notice: StoredNotice, queueFor?: readonly string[]): Promise<void>
    forInstance(instanceId: string, limit: number): Promise<readonly StoredNotice[]>
  }
  readonly outbox: NoticeOutbox
  readonly audit: {
    append(entry: AuditEntry): Promise<void>
    /** Newest first; `search` is part of who, of what was done, or of what it was done to. */
    list(page: { readonly limit: number; readonly offset: number; readonly search?: string }): Promise<Page<AuditEntry>>
  }

  /**
   * Deletes what is older than the retention: plans, ledger points with estimates, ended proposals, finished journal entries,
   * ended decisions to evict, leases that are over, energy, phases of desktops and join tokens that are over, audit.
   */
  prune(beforeMs: {
    readonly plans: number
    readonly ledger: number
    readonly history: number
    readonly energy: number
  }): Promise<void>
  /** Rejects when the database cannot be written. */
  ping(signal: AbortSignal): Promise<void>
  /** Lines of a gzip-compressed export, with header and checksum. */
  exportState(): AsyncIterable<Uint8Array>
  /** Only into an empty database. */
  restoreState(source: AsyncIterable<Uint8Array>): Promise<{ readonly rows: number }>
  close(): Promise<void>
}
