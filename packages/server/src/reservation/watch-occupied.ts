// Nobody is left on a host of a lease without its being said: from the time at which room is made for it, a problem names every
// instance of others that takes room on its whole hosts, until the last of them has gone. What makes them go is the plan:
// preemptible ones are evicted, firm ones moved. The problem says of how many that is under way.
import { indexSupports, strangersOn } from '@gleaner/engine'
import type { Instance, Lease, LeaseId } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'

const code = 'lease-host-occupied'

export class OccupiedWatch {
  readonly #runtime: Runtime
  /** What was said last of each lease, and by which reading. */
  readonly #told = new Map<LeaseId, { readonly reading: object; readonly sentence: string }>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async run(): Promise<void> {
    const { leases, clock, config, problems } = this.#runtime
    const nowMs = clock.nowMs()
    const concerned = leases
      .open()
      .filter(({ state, span }) => state !== 'proposed' && span.startMs <= nowMs + config.reservations.makeRoomMs)
    for (const lease of concerned) await this.#look(lease, nowMs)
    const known = new Set(concerned.map(({ id }) => id))
    for (const id of this.#told.keys()) {
      if (known.has(id)) continue
      this.#told.delete(id)
      await problems.resolve(subjectOf(id), code)
    }
  }

  async #look(lease: Lease, nowMs: number): Promise<void> {
    const { state, problems } = this.#runtime
    const reading = state.clouds.get(lease.cloudId)?.snapshot
    // What could not be read is not known to be empty.
    if (reading === undefined || reading.gaps.length > 0) return
    const there = this.#strangers(lease)
    if (there.length === 0) {
      this.#told.delete(lease.id)
      return problems.resolve(subjectOf(lease.id), code)
    }
    const sentence = this.#sentence(lease, there, nowMs)
    const told = this.#told.get(lease.id)
    if (told?.reading === reading && told.sentence === sentence) return
    this.#told.set(lease.id, { reading, sentence })
    const hasBegun = lease.span.startMs <= nowMs
    await problems.report({
      code,
      severity: hasBegun ? 'error' : 'warning',
      subject: subjectOf(lease.id),
      sentence,
      remedy:
        'Firm instances move by themselves where the mode of reservations lets Gleaner act and the cloud migrates; preemptible ones leave where that of preemption does. gleaner why NAME tells what keeps one; gleaner leases swap NAME HOST gives the lease another host.',
    })
  }

  #strangers({ cloudId, projectId, reservations }: Lease): readonly Instance[] {
    const { state, clouds } = this.#runtime
    const snapshot = state.clouds.get(cloudId)?.snapshot
    const cloud = clouds.get(cloudId)
    if (snapshot === undefined || cloud === undefined) return []
    const question = { snapshot, support: indexSupports([cloud]).get(cloudId), projectId }
    const whole = reservations.filter(({ wish }) => wish.kind === 'hosts').flatMap(({ shares }) => shares)
    return whole.flatMap(({ hostId }) => {
      const host = snapshot.hostById.get(hostId)
      return host === undefined ? [] : strangersOn(host, question)
    })
  }

  #sentence(lease: Lease, there: readonly Instance[], nowMs: number): string {
    const leaving = there.filter((instance) => this.#isLeaving(instance)).length
    const when = lease.span.startMs <= nowMs ? 'has begun' : `begins at ${new Date(lease.span.startMs).toISOString()}`
    const names = there.slice(0, mostNames).map(({ name, firmness }) => `${name} (${firmness})`)
    const more = there.length > mostNames ? ` and ${there.length - mostNames} more` : ''
    const how = leaving === there.length ? 'all are on their way' : `${leaving} of ${there.length} on their way`
    return `The lease "${lease.name}" ${when}; still on its hosts, of other projects: ${names.join(', ')}${more}; ${how}.`
  }

  /** A notice runs, or an action is under way. */
  #isLeaving({ id }: Instance): boolean {
    const proposals = this.#runtime.state.proposals.get(id) ?? []
    return proposals.some(
      ({ state, eviction, capability }) =>
        (eviction !== undefined || capability === 'reservations') && onTheWay.includes(state),
    )
  }
}

const mostNames = 10
const onTheWay: readonly string[] = ['notified', 'due', 'acting']

function subjectOf(id: LeaseId): string {
  return `instances on hosts of lease ${id}`
}
