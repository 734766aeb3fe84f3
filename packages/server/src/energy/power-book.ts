// What is remembered of every host that is switched off and on, in memory as it is in the store, and what asks for hosts: requests
// that found no room. Read anew with every term. The journal and the readings are folded in again in each cycle, so a process
// that died between a step and its note loses nothing.
import { EmptySince, foldPower, isPowerEntry, type PowerDemand, seePower, type Snapshot } from '@gleaner/engine'
import {
  type CloudId,
  cloudOf,
  freshPowerRecord,
  GleanerError,
  type HostId,
  type HostPowerRecord,
  type JournalEntry,
  openJournalStates,
  type ProblemReport,
  type PowerWish,
} from '@gleaner/model'
import type { Fence, Store } from '@gleaner/ports'
import type { ProblemReporter } from '../problems/reporter.ts'
import type { PowerSettings } from '../config/power.ts'

export interface PowerBookParts {
  readonly store: Store
  readonly settings: PowerSettings
  readonly problems: ProblemReporter
}

/** Whoever was refused asks again within this, or has gone elsewhere. */
const demandMs = 20 * 60_000
const mostDemands = 200

export class PowerBook {
  readonly emptySince = new EmptySince()
  readonly #parts: PowerBookParts
  readonly #records = new Map<HostId, HostPowerRecord>()
  readonly #waking = new Set<HostId>()
  readonly #demands = new Map<string, PowerDemand>()
  #term: number | undefined

  constructor(parts: PowerBookParts) {
    this.#parts = parts
  }

  async load(fence: Fence): Promise<void> {
    if (this.#term === fence.term) return
    const records = await this.#parts.store.hostPower.all()
    this.#records.clear()
    for (const record of records) this.#records.set(record.hostId, record)
    this.#term = fence.term
  }

  /** Before each plan: what ended since, and what is seen of the hosts. */
  async refresh(
    fence: Fence,
    seen: { readonly snapshots: Iterable<Snapshot>; readonly journal: readonly JournalEntry[]; readonly nowMs: number },
  ): Promise<void> {
    const steps = seen.journal.filter(isPowerEntry)
    this.#waking.clear()
    for (const { action, state, hostId } of steps)
      if (action === 'wake' && hostId !== undefined && openJournalStates.includes(state)) this.#waking.add(hostId)
    const ended = steps
      .filter(({ finishedAtMs }) => finishedAtMs !== undefined)
      .sort((a, b) => (a.finishedAtMs ?? 0) - (b.finishedAtMs ?? 0))
    const takenAtMs = new Map<CloudId, number>()
    const snapshots = [...seen.snapshots]
    for (const snapshot of snapshots) takenAtMs.set(snapshot.cloudId, snapshot.takenAtMs)
    const unwitnessed = new Set<HostId>()
    for (const entry of ended) {
      const id = entry.hostId as HostId
      // The readings of this cycle may be older than what they would have to show; then the next cycle takes it in.
      const saidMs = entry.acceptedAtMs ?? entry.intendedAtMs
      if (!((takenAtMs.get(entry.cloudId) ?? Number.NEGATIVE_INFINITY) > saidMs)) unwitnessed.add(id)
      if (unwitnessed.has(id)) continue
      await this.#put(fence, foldPower(this.#records.get(id) ?? freshPowerRecord(id), entry))
    }
    for (const snapshot of snapshots) {
      this.emptySince.see(snapshot)
      for (const host of snapshot.hosts) {
        const known = this.#records.get(host.id)
        if (known === undefined) continue
        // A reading from before the last step tells nothing of what came of it.
        if (snapshot.takenAtMs > known.foldedToMs)
          await this.#put(fence, seePower(known, host, { nowMs: seen.nowMs, options: this.#parts.settings.options }))
        await this.#tell(this.#records.get(host.id) ?? known, host.name)
      }
    }
    for (const [key, { untilMs }] of this.#demands) if (untilMs <= seen.nowMs) this.#demands.delete(key)
  }

  recordOf(id: HostId): HostPowerRecord | undefined {
    return this.#records.get(id)
  }

  isWaking(id: HostId): boolean {
    return this.#waking.has(id)
  }

  /** Whether a host of the cloud that had slept has been opened again since. */
  openedSince(cloudId: CloudId, sinceMs: number): boolean {
    for (const { hostId, closedAtMs, wokeAtMs, foldedToMs } of this.#records.values())
      if (closedAtMs === undefined && wokeAtMs !== undefined && foldedToMs > sinceMs && cloudOf(hostId) === cloudId)
        return true
    return false
  }

  demands(): readonly PowerDemand[] {
    return [...this.#demands.values()]
  }

  /** A request was refused for want of room. Asked again, its time begins anew. */
  want(demand: Omit<PowerDemand, 'untilMs'>, nowMs: number): void {
    this.#demands.delete(demand.key)
    this.#demands.set(demand.key, { ...demand, untilMs: nowMs + demandMs })
    const [oldest] = this.#demands.keys()
    if (this.#demands.size > mostDemands && oldest !== undefined) this.#demands.delete(oldest)
  }

  /** The request has its room, or wants none any more. */
  unwant(key: string): void {
    this.#demands.delete(key)
  }

  /** Undefined takes the wish back. What a person asks for anew is tried anew, whatever failed before. */
  async wish(fence: Fence, hostId: HostId, wish: PowerWish | undefined): Promise<HostPowerRecord> {
    await this.load(fence)
    const known = this.#records.get(hostId) ?? freshPowerRecord(hostId)
    const again = wish === undefined || known.failures === 0 ? {} : { failures: 1, failedAtMs: undefined }
    const asleepAgain =
      wish === undefined || (known.sleepFailures ?? 0) === 0 ? {} : { sleepFailures: 1, sleepFailedAtMs: undefined }
    const record = { ...known, wish, ...again, ...asleepAgain }
    await this.#put(fence, record)
    return record
  }

  async #put(fence: Fence, record: HostPowerRecord): Promise<void> {
    if (this.#records.get(record.hostId) === record) return
    if (fence.term !== this.#term) throw new GleanerError('not-leader', { detail: 'another term has begun' })
    await this.#parts.store.hostPower.save(fence, record)
    this.#records.set(record.hostId, record)
  }

  async #tell(record: HostPowerRecord, name: string): Promise<void> {
    await this.#tellAfter(record.sleepFailures ?? 0, staysAwake(record, name))
    await this.#tellAfter(record.failures, staysDark(record, name))
  }

  async #tellAfter(failures: number, problem: ProblemReport): Promise<void> {
    const { problems, settings } = this.#parts
    await (failures < settings.options.wakeAttempts ? problems.settle(problem.subject) : problems.report(problem))
  }
}

function staysDark({ hostId, failures, fault }: HostPowerRecord, name: string): ProblemReport {
  return {
    code: 'host-stays-dark',
    severity: 'error',
    subject: `power of ${name}`,
    sentence: `${name} of ${cloudOf(hostId)} could not be woken ${failures} times in a row${because(fault)}. Others are woken in its place.`,
    remedy: `Look at the machine and its management controller; then "gleaner power wake ${name}", or start it by hand. Gleaner takes it up again when it runs.`,
  }
}

function staysAwake({ hostId, sleepFailures = 0, sleepFault }: HostPowerRecord, name: string): ProblemReport {
  return {
    code: 'host-stays-awake',
    severity: 'warning',
    subject: `sleep of ${name}`,
    sentence: `${name} of ${cloudOf(hostId)} could not be put to sleep ${sleepFailures} times in a row${because(sleepFault)}. It stays on.`,
    remedy: `Look at what switches it, "gleaner config check" asks it; then "gleaner power sleep ${name}". Gleaner tries no more until somebody asks.`,
  }
}

const because = (fault: string | undefined): string => (fault === undefined ? '' : `: ${fault}`)
