// Leases to come are given other hosts where that saves energy: a few every ten minutes, only while hosts may really be switched
// off (mode enforce) and nothing is paused, only where hosts of the cloud can be switched, and only leases that begin later
// than `power.repackAhead`: nobody is on their hosts yet, and nothing has been made ready there. Each move is written, with
// what it saves, before the next; what the store refuses is left as it is.
import { hostDraw, isComplete, repackLeases } from '@gleaner/engine'
import { type CloudId, isError, type Lease } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { auditedLease, auditLine } from '../commands/audit.ts'
import { readFilter } from '../reservation/lease-request.ts'
import { mostSwaps } from '../reservation/swap-hosts.ts'
import type { Runtime } from '../runtime.ts'
import { slownessOf } from './figures.ts'

const everyMs = 600_000
/** Later leases are likely to be changed before they begin. */
const furthestMs = 30 * 86_400_000
/** 0.01 kWh. */
const leastSavedJ = 36_000
/** Together well below the time of a cycle, at ten thousand hosts as well. */
const mostLooks = 100_000
const mostMoves = 20
const repacker = { name: 'gleaner', from: 'the loop leases' } as const

type Parts = Pick<Runtime, 'config' | 'clock' | 'state' | 'clouds' | 'leases' | 'power' | 'log' | 'problems'>

export class LeaseRepacker {
  readonly #parts: Parts
  #lookedAtMs = Number.NEGATIVE_INFINITY

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async run(fence: Fence): Promise<void> {
    const { config, clock, state, clouds } = this.#parts
    const nowMs = clock.nowMs()
    if (state.modes.energy !== 'enforce' || state.killSwitch !== undefined) return
    if (nowMs < this.#lookedAtMs + everyMs) return
    this.#lookedAtMs = nowMs
    if (config.power.repackAheadMs === Number.POSITIVE_INFINITY) return
    for (const [cloudId, { powerControl }] of clouds) if (powerControl !== undefined) await this.#repack(fence, cloudId)
  }

  async #repack(fence: Fence, cloudId: CloudId): Promise<void> {
    const { config, clock, state, clouds, leases, power } = this.#parts
    const snapshot = state.clouds.get(cloudId)?.snapshot
    const book = leases.bookOf(cloudId)
    const control = clouds.get(cloudId)?.powerControl
    if (snapshot === undefined || book === undefined || control === undefined || !isComplete(snapshot)) return
    const { options, repackAheadMs } = config.power
    const nowMs = clock.nowMs()
    const properties = book.hosts.map((host) => host.properties)
    const slowness = slownessOf(config, snapshot)
    const movable = leases
      .open()
      .filter(
        ({ cloudId: of, state: phase, span }) =>
          of === cloudId &&
          phase === 'pending' &&
          span.startMs >= nowMs + repackAheadMs &&
          span.startMs < nowMs + repackAheadMs + furthestMs,
      )
    const moves = repackLeases({
      book,
      leases: movable,
      filterOf: ({ filter }) => readFilter(filter, properties),
      drawOf: (hostId) =>
        hostDraw(snapshot.hostById.get(hostId), {
          record: power.recordOf(hostId),
          options,
          isPowered: control.has(hostId),
          slowness: slowness?.(hostId),
        }),
      nowMs,
      leastSavedJ,
      mostMoves,
      mostLooks,
    })
    const reason = slowness === undefined ? 'or a host that draws less' : 'or a host that does more work per watt'
    for (const move of moves) if (!(await this.#make(fence, move, reason))) return
  }

  /** False: somebody changed something meanwhile; what was planned after it may not hold any more. */
  async #make(fence: Fence, move: Move, reason: string): Promise<boolean> {
    const { lease: planned, reservation, share, to, savedJ } = move
    const { leases, clock, log } = this.#parts
    const lease = leases.find(planned.id)
    const now = lease?.reservations.find(({ id }) => id === reservation.id)
    if (lease === undefined || now?.shares.some(({ hostId }) => hostId === share.hostId) !== true) return false
    if (lease.state !== 'pending' || lease.span !== planned.span) return false
    const shares = now.shares.map((each) => (each.hostId === share.hostId ? { ...each, ...to } : each))
    const nowMs = clock.nowMs()
    const because = `it saves ${(savedJ / 3_600_000).toFixed(2)} kWh: fewer wake-ups, ${reason}`
    const swap = { atMs: nowMs, reservationId: now.id, from: share.host, to: [to.host], because }
    const after: Lease = {
      ...lease,
      updatedAtMs: nowMs,
      reservations: lease.reservations.map((one) => (one.id === now.id ? { ...one, shares } : one)),
      swaps: [...(lease.swaps ?? []), swap].slice(-mostSwaps),
    }
    const change = {
      what: 'repack lease',
      object: auditedLease(lease),
      before: share.host,
      after: { host: to.host, because },
    }
    try {
      await leases.save(fence, after, auditLine(this.#parts, repacker, change))
    } catch (error) {
      if (isError(error, 'conflict')) return false
      throw error
    }
    log.info({ lease: lease.id }, `${lease.name}: moved from ${share.host} to ${to.host}; ${because}`)
    return true
  }
}

type Move = ReturnType<typeof repackLeases>[number]
