// Leases that run and are not used: warned, then ended, as the section `reservations.unused` says; off where that is not there. Used is
// whatever its project has on any of the hosts, in whatever state. Time counts only over whole, fresh readings that follow
// each other: after an outage, a gap or a change of leaders it begins anew. While everything is paused nothing ends.
import { endLease, isComplete, isFresh, judgeUnused } from '@gleaner/engine'
import type { Instance, Lease, LeaseId } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { audit, auditedLease } from '../commands/audit.ts'
import type { Runtime } from '../runtime.ts'
import { policyNow } from '../state/policy-now.ts'

const code = 'lease-unused'
const reaper = { name: 'gleaner', from: 'the loop leases' } as const

export class UnusedLeases {
  readonly #runtime: Runtime
  /** Since when each has been seen without anything on its hosts. */
  readonly #since = new Map<LeaseId, number>()
  readonly #told = new Set<LeaseId>()
  #term: number | undefined

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async run(fence: Fence): Promise<void> {
    const { leases, config, problems } = this.#runtime
    if (config.reservations.unused === undefined) return
    if (this.#term !== fence.term) this.#since.clear()
    this.#term = fence.term
    const active = leases.open().filter(({ state }) => state === 'active')
    for (const lease of active) await this.#look(fence, lease)
    const known = new Set(active.map(({ id }) => id))
    for (const id of this.#since.keys()) if (!known.has(id)) this.#since.delete(id)
    for (const id of this.#told) {
      if (known.has(id)) continue
      this.#told.delete(id)
      await problems.resolve(subjectOf(id), code)
    }
  }

  async #look(fence: Fence, lease: Lease): Promise<void> {
    const { config, clock, state, leases, problems } = this.#runtime
    const rules = config.reservations.unused
    if (rules === undefined) return
    const nowMs = clock.nowMs()
    const guests = this.#guests(lease, nowMs)
    if (guests === undefined || guests.length > 0) this.#since.delete(lease.id)
    else if (!this.#since.has(lease.id)) this.#since.set(lease.id, nowMs)
    const isUsed = guests !== undefined && guests.length > 0
    const step = judgeUnused(lease, rules, { unusedSinceMs: this.#since.get(lease.id), isUsed, nowMs })
    switch (step.kind) {
      case 'nothing':
        if (lease.unused !== undefined && !this.#told.has(lease.id)) await this.#warn(lease, lease.unused)
        return
      case 'warn':
        await leases.save(fence, { ...lease, unused: step.unused, updatedAtMs: nowMs })
        await audit(this.#runtime, reaper, {
          what: 'warn of unused lease',
          object: auditedLease(lease),
          after: told(step.unused),
        })
        return this.#warn(lease, step.unused)
      case 'forget': {
        const { unused: _, ...used } = lease
        await leases.save(fence, { ...used, updatedAtMs: nowMs })
        this.#told.delete(lease.id)
        return problems.resolve(subjectOf(lease.id), code)
      }
      case 'end': {
        if (state.killSwitch !== undefined) return
        const after = endLease({ ...lease, unused: step.unused }, nowMs)
        if ('refused' in after) return
        await leases.save(fence, after)
        await audit(this.#runtime, reaper, {
          what: 'end unused lease',
          object: auditedLease(lease),
          after: told(step.unused),
        })
        this.#runtime.log.warn({ lease: lease.id }, `${lease.name}: ended, nothing has been on its hosts`)
        this.#runtime.wake('leases')
      }
    }
  }

  /** Undefined: nobody can say. */
  #guests({ cloudId, projectId, span, reservations }: Lease, nowMs: number): readonly Instance[] | undefined {
    const snapshot = this.#runtime.state.clouds.get(cloudId)?.snapshot
    if (snapshot === undefined || !isComplete(snapshot) || snapshot.takenAtMs < span.startMs) return undefined
    if (!isFresh(snapshot, policyNow(this.#runtime), nowMs)) return undefined
    const hosts = new Set(reservations.flatMap(({ shares }) => shares.map(({ hostId }) => hostId)))
    return [...hosts]
      .flatMap((hostId) => snapshot.instancesOfHost.get(hostId) ?? [])
      .filter((instance) => instance.projectId === projectId)
  }

  async #warn(
    { id, name, projectId, span }: Lease,
    { sinceMs, endsAtMs }: NonNullable<Lease['unused']>,
  ): Promise<void> {
    this.#told.add(id)
    const then =
      endsAtMs === undefined || endsAtMs >= span.endMs
        ? ''
        : ` It is ended at ${text(endsAtMs)} unless something is on them before.`
    await this.#runtime.problems.report({
      code,
      severity: 'warning',
      subject: subjectOf(id),
      sentence: `Nothing of ${projectId} has been on the hosts of its lease "${name}" since ${text(sinceMs)}.${then}`,
      remedy: `Use it, end it with gleaner leases end ${name}, or shorten it; reservations.unused sets how long is too long.`,
    })
  }
}

function told({ sinceMs, endsAtMs }: NonNullable<Lease['unused']>) {
  return { unusedSince: text(sinceMs), ...(endsAtMs === undefined ? {} : { endsAt: text(endsAtMs) }) }
}

function text(atMs: number): string {
  return new Date(atMs).toISOString()
}

function subjectOf(id: LeaseId): string {
  return `use of lease ${id}`
}
