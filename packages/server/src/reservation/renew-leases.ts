// Leases without an end are given their next term in time, through the same limits and the same service that approves as any
// other change. Where one cannot go on its project is told half a term before the end, why and until when it lasts; it is tried
// again every minute, for what is in the way may go.
import { judgeRenewal, moved, type RenewalStep } from '@gleaner/engine'
import { isError, type Lease, type LeaseId } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { auditedLease, auditLine } from '../commands/audit.ts'
import type { Runtime } from '../runtime.ts'
import { LeaseAdmission } from './lease-admission.ts'
import { tellOwner } from './tell-owner.ts'

const keeper = { name: 'gleaner', from: 'the loop leases' } as const
const againMs = 60_000
const mostTries = 5

export class LeaseRenewer {
  readonly #runtime: Runtime
  /** Those that could not go on as they are, and until when nothing new is expected. */
  readonly #stuck = new Map<LeaseId, { readonly lease: Lease; readonly untilMs: number }>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async run(fence: Fence): Promise<void> {
    const { leases, clock, problems } = this.#runtime
    const endless = leases.open().filter(({ renewal }) => renewal !== undefined)
    for (const lease of endless) {
      const { id } = lease
      const stuck = this.#stuck.get(id)
      if (stuck?.lease === lease && clock.nowMs() < stuck.untilMs) continue
      // One that cannot be looked at keeps no other from it.
      await this.#look(fence, id).then(
        () => problems.settle(`renewal of lease ${id}`),
        (error: unknown) => problems.reportError(`renewal of lease ${id}`, error),
      )
    }
    const known = new Set(endless.map(({ id }) => id))
    for (const id of this.#stuck.keys()) if (!known.has(id)) this.#stuck.delete(id)
  }

  async #look(fence: Fence, id: LeaseId): Promise<void> {
    const { leases, clock, log } = this.#runtime
    const lease = leases.find(id)
    if (lease === undefined) return
    const step = this.#judge(lease)
    if (step.kind === 'nothing') return
    const because = step.kind === 'stuck' ? step.because : await this.#extend(fence, lease)
    if (because === undefined) {
      log.info({ lease: id }, `${lease.name}: goes on`)
      if (step.kind === 'extend' && step.isWhole) return
    }
    const now = leases.find(id) ?? lease
    this.#stuck.set(id, { lease: now, untilMs: clock.nowMs() + againMs })
    await this.#tell(fence, now, because ?? 'promised')
  }

  #judge(lease: Lease): RenewalStep {
    const { leases, clock, config } = this.#runtime
    const { renewWithinMs } = config.reservations.openEnded
    return judgeRenewal(lease, { nowMs: clock.nowMs(), renewWithinMs, longestUntilMs: leases.longestUntilMs(lease) })
  }

  /** Undefined: done; else why not. */
  async #extend(fence: Fence, { id, projectId, by }: Lease): Promise<string | undefined> {
    const { leases, clock } = this.#runtime
    try {
      const admission = new LeaseAdmission(this.#runtime, { projectId, by })
      for (let tries = 0; tries < mostTries; tries++) {
        const lease = leases.find(id)
        const step = lease === undefined ? undefined : this.#judge(lease)
        if (lease === undefined || step === undefined || step.kind === 'nothing') return undefined
        if (step.kind === 'stuck') return step.because
        const after = moved(lease, { startMs: lease.span.startMs, endMs: step.untilMs }, clock.nowMs())
        await admission.load(after.span)
        admission.check(after, lease)
        if (admission.isApproved(after)) {
          if (leases.find(id) !== lease || leases.longestUntilMs(lease) < step.untilMs) continue
          const change = {
            what: 'renew lease',
            object: auditedLease(lease),
            before: { end: text(lease.span.endMs) },
            after: { end: text(step.untilMs) },
          }
          await leases.save(fence, after, auditLine(this.#runtime, keeper, change))
          return undefined
        }
        await admission.approve(after, lease)
      }
      return 'it was changed in the same moment, time and again'
    } catch (error) {
      if (isError(error, 'lease-refused', 'approval-unavailable')) return error.message
      throw error
    }
  }

  #tell(fence: Fence, lease: Lease, because: string): Promise<void> {
    const { name, span, renewal } = lease
    const why: Readonly<Record<string, string>> = {
      promised: 'its hosts are promised to others from then on',
      'not-said': `nobody has said since ${text(renewal?.renewedAtMs ?? 0)} that it is still needed; gleaner leases renew ${name} says it`,
    }
    return tellOwner(this.#runtime, fence, {
      lease,
      key: `not-renewed-${span.endMs}-${because in why ? because : 'limits'}`,
      code: 'lease-not-renewed',
      sentence: `The lease "${name}" ends at ${text(span.endMs)}: ${why[because] ?? because.replace(/[.]$/, '')}.`,
    })
  }
}

function text(atMs: number): string {
  return new Date(atMs).toISOString()
}
