// Leases whose hosts have failed are given others: those that run, and those that begin within the hour. A host counts as
// failed when it has been down, unknown or gone in every reading for two minutes: one missed answer moves nobody. Where no other
// host is free it is a problem that stays open until one is.
import { hostsOut } from '@gleaner/engine'
import { GleanerError, type HostId, type Lease } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { audit, auditedLease } from '../commands/audit.ts'
import type { Runtime } from '../runtime.ts'
import { swapHosts } from './swap-hosts.ts'

const patienceMs = 120_000
const aheadMs = 3_600_000

export class LeaseHealer {
  readonly #runtime: Runtime
  /** Since when each host of a lease has been out. */
  readonly #outSince = new Map<HostId, number>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async heal(fence: Fence): Promise<void> {
    const { leases, clock, problems, state } = this.#runtime
    const nowMs = clock.nowMs()
    const concerned = leases
      .open()
      .filter(({ state: is, span }) => is === 'active' || (is === 'pending' && span.startMs <= nowMs + aheadMs))
    const out = new Map<Lease, readonly HostId[]>()
    for (const lease of concerned) out.set(lease, hostsOut(lease, state.clouds.get(lease.cloudId)?.snapshot))
    this.#note(new Set([...out.values()].flat()), nowMs)
    for (const [lease, hosts] of out) {
      const failed = hosts.filter((id) => nowMs - (this.#outSince.get(id) ?? nowMs) >= patienceMs)
      if (failed.length === 0) {
        if (hosts.length === 0) await problems.settle(subjectOf(lease))
        continue
      }
      await this.#replace(fence, lease, new Set(failed))
    }
  }

  #note(out: ReadonlySet<HostId>, nowMs: number): void {
    for (const id of this.#outSince.keys()) if (!out.has(id)) this.#outSince.delete(id)
    for (const id of out) if (!this.#outSince.has(id)) this.#outSince.set(id, nowMs)
  }

  async #replace(fence: Fence, lease: Lease, broken: ReadonlySet<HostId>): Promise<void> {
    const { leases, problems, log } = this.#runtime
    const { lease: after, missing } = swapHosts(this.#runtime, { lease, broken, because: 'the host has failed' })
    if (after !== lease) {
      await leases.save(fence, after)
      const words = (after.swaps ?? [])
        .slice((lease.swaps ?? []).length)
        .map(({ from, to }) => `${from} by ${to.join(', ')}`)
      log.warn({ lease: lease.id }, `${lease.name}: replaced ${words.join('; ')}`)
      await audit(this.#runtime, healer, {
        what: 'heal lease',
        object: auditedLease(lease),
        after: { replaced: words },
      })
    }
    if (missing.length === 0) return problems.settle(subjectOf(lease))
    const detail = `${missing.join(', ')} of the lease "${lease.name}" ${missing.length === 1 ? 'has' : 'have'} failed, and no other host is free in its place.`
    await problems.reportError(subjectOf(lease), new GleanerError('lease-no-slot', { detail }), 'warning')
  }
}

const healer = { name: 'gleaner', role: 'operator', projects: [], from: 'the loop leases', by: 'token' } as const

function subjectOf({ id }: Lease): string {
  return `hosts of lease ${id}`
}
