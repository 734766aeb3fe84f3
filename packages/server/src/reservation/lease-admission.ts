// Whether a project may have a lease, beside whether there is room: limits of the configuration, then the service that approves.
// Made for one request, of one lease or of a series. What is past is read before planning; check() itself waits for nothing, so that nobody slips in
// between a look at the quota and the taking of the hosts. The service is asked before, about what would be taken.
import { checkAdmission, hostHoursIn, quotaPeriodsOf } from '@gleaner/engine'
import {
  formatDurationMs,
  GleanerError,
  type HostId,
  type Interval,
  type Lease,
  type LeaseId,
  type LeaseLimits,
  type ProjectId,
  type Sizes,
} from '@gleaner/model'
import type { AdmissionRefusal } from '@gleaner/engine'
import type { Runtime } from '../runtime.ts'
import { approvalBody } from './approval-body.ts'
import { askApproval } from './ask-approval.ts'

type Parts = Pick<Runtime, 'config' | 'clock' | 'store' | 'state' | 'leases'>

export function limitsOf({ config, state }: Pick<Runtime, 'config' | 'state'>, projectId: ProjectId): LeaseLimits {
  const { limits, limitsOfProject } = config.reservations
  const own = limitsOfProject.get(projectId)
  if (own !== undefined || limitsOfProject.size === 0) return own ?? limits
  for (const { snapshot } of state.clouds.values()) {
    const project = snapshot?.projects.find(({ id }) => id === projectId)
    if (project !== undefined) return limitsOfProject.get(project.name) ?? limits
  }
  return limits
}

export class LeaseAdmission {
  readonly #parts: Parts
  readonly #projectId: ProjectId
  readonly #by: string
  readonly #limits: LeaseLimits
  #past: ReadonlyMap<LeaseId, Lease> = new Map()
  readonly #approved = new Set<string>()

  constructor(parts: Parts, who: { readonly projectId: ProjectId; readonly by: string }) {
    this.#parts = parts
    this.#projectId = who.projectId
    this.#by = who.by
    this.#limits = limitsOf(parts, who.projectId)
  }

  /** Reads what the project had, or has, in the periods of the window. */
  async load(window: Interval): Promise<this> {
    if (this.#limits.hostHours === undefined) return this
    const periods = quotaPeriodsOf(window, this.#limits.period, this.#parts.config.reservations.timeZone)
    const span = { startMs: periods[0]?.startMs ?? window.startMs, endMs: periods.at(-1)?.endMs ?? window.endMs }
    const past = await this.#parts.store.leases.within(this.#projectId, span)
    this.#past = new Map(past.map((lease) => [lease.id, lease]))
    return this
  }

  /** Throws `lease-refused` with the field that asks for too much. `besides`: others that would be there as well. */
  check(lease: Lease, before?: Lease, besides: readonly Lease[] = []): void {
    const { config, clock } = this.#parts
    const refusal = checkAdmission({
      lease,
      before,
      others:
        this.#limits.hostHours === undefined ? [] : [...this.#others().filter(({ id }) => id !== lease.id), ...besides],
      limits: this.#limits,
      timeZone: config.reservations.timeZone,
      nowMs: clock.nowMs(),
      capacityOf: (hostId) => this.#capacityOf(lease, hostId),
    })
    if (refusal !== undefined) throw new GleanerError('lease-refused', { detail: wordsOf(refusal) })
  }

  /** Host-hours of the project in the period of a moment. */
  used(atMs: number): { readonly period: Interval; readonly hours: number } {
    const at = { startMs: atMs, endMs: atMs + 1 }
    const [period = at] = quotaPeriodsOf(at, this.#limits.period, this.#parts.config.reservations.timeZone)
    const hours = this.#others().reduce(
      (sum, lease) => sum + hostHoursIn([lease], period, { capacityOf: (hostId) => this.#capacityOf(lease, hostId) }),
      0,
    )
    return { period, hours }
  }

  get limits(): LeaseLimits {
    return this.#limits
  }

  /** True: it may be taken now. False: approve() has to be awaited first, and everything looked at again. */
  isApproved(lease: Lease): boolean {
    return this.#parts.config.reservations.approval === undefined || this.#approved.has(keyOf(lease))
  }

  async approve(lease: Lease, before?: Lease): Promise<void> {
    const settings = this.#parts.config.reservations.approval
    if (settings === undefined) return
    const question = before === undefined ? 'check-create' : 'check-update'
    const answer = await askApproval(settings, question, approvalBody(lease, this.#by, before))
    if (answer.kind === 'refused')
      throw new GleanerError('lease-refused', {
        detail: `The service that approves leases says no: ${answer.because}.`,
      })
    if (answer.kind === 'unanswered' && settings.unanswered === 'refuse')
      throw new GleanerError('approval-unavailable', { detail: answer.fault })
    this.#approved.add(keyOf(lease))
  }

  /** Of the open ones the desk knows more than what was read before. */
  #others(): readonly Lease[] {
    const open = this.#parts.leases.open().filter(({ projectId }) => projectId === this.#projectId)
    return [...new Map([...this.#past, ...open.map((lease): [LeaseId, Lease] => [lease.id, lease])]).values()]
  }

  #capacityOf({ cloudId }: Lease, hostId: HostId): Sizes | undefined {
    const book = this.#parts.leases.bookOf(cloudId)
    return book?.hosts[book.positionOf(hostId) ?? -1]?.capacity
  }
}

/** What the service is asked about: when and how much, not on which hosts. */
function keyOf({ name, span, reservations }: Lease): string {
  const sizes = reservations.map(({ wish, shares }) => [wish, shares.reduce((sum, { units }) => sum + units, 0)])
  return JSON.stringify([name, span, sizes])
}

function wordsOf(refusal: AdmissionRefusal): string {
  switch (refusal.field) {
    case 'end':
      return `end: the lease would last ${formatDurationMs(refusal.askedMs)}; the longest the project may have is ${formatDurationMs(refusal.longestMs)}.`
    case 'start':
      return `start: it is ${formatDurationMs(refusal.askedMs)} away; the project may reserve ${formatDurationMs(refusal.furthestMs)} ahead at most.`
    case 'reservations': {
      const { period, limitHours, usedHours, askedHours } = refusal
      return `reservations: ${hours(askedHours)} host-hours are asked for from ${day(period.startMs)} to ${day(period.endMs)}, and ${hours(Math.max(0, limitHours - usedHours))} of the project's ${hours(limitHours)} are left.`
    }
  }
}

function hours(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function day(atMs: number): string {
  return new Date(atMs).toISOString()
}
