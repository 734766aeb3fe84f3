// Tells projects what became of their leases on the waitlist: that one has got its place and which, or that no room came free in
// time. Looked at anew in every run, so that a process that dies in between leaves nobody untold, and nobody told twice.
import type { Lease, LeaseId } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import type { Runtime } from '../runtime.ts'
import { tellOwner } from './tell-owner.ts'

export class WaitlistNews {
  readonly #runtime: Runtime
  readonly #told = new Set<LeaseId>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async tell(fence: Fence): Promise<void> {
    const placed = this.#runtime.leases.open().filter(({ promotedAtMs }) => promotedAtMs !== undefined)
    for (const lease of placed) {
      if (this.#told.has(lease.id)) continue
      await tellOwner(this.#runtime, fence, {
        lease,
        key: 'promoted',
        code: 'lease-promoted',
        sentence: promotedWords(lease),
      })
      this.#told.add(lease.id)
    }
    const open = new Set(placed.map(({ id }) => id))
    for (const id of this.#told) if (!open.has(id)) this.#told.delete(id)
  }

  gaveUp(fence: Fence, lease: Lease): Promise<void> {
    return tellOwner(this.#runtime, fence, {
      lease,
      key: 'not-promoted',
      code: 'lease-not-promoted',
      sentence: `No room came free for the lease "${lease.name}" until ${text(lease.wait?.untilMs ?? lease.span.endMs)}; it is off the waitlist.`,
    })
  }
}

function promotedWords({ name, state, span, reservations, events }: Lease): string {
  const hosts = reservations.flatMap(({ shares }) => shares.map(({ host }) => host))
  const lapse = state === 'proposed' ? events.find(({ kind }) => kind === 'lapse') : undefined
  const confirm = lapse === undefined ? '' : ` It is held until ${text(lapse.dueAtMs)}: confirm it before.`
  return `The lease "${name}" has got a place: from ${text(span.startMs)} to ${text(span.endMs)} on ${hosts.join(', ')}.${confirm}`
}

function text(atMs: number): string {
  return new Date(atMs).toISOString()
}
