// The leases that are not over, in memory as they are in the store, and the calendars of hosts that follow from them. Whoever
// plans looks here and takes at once, in the same turn of the event loop, so that no two requests count on the same host;
// the store has the last word. Only the leader's desk is filled; it is read anew with every term.
import {
  type HostBooking,
  type HostLease,
  type LeasedRoom,
  planLease,
  reservableHosts,
  ReservationBook,
  unitsOf,
  type FoundSlot,
  type LeaseQuestion,
  type NoSlot,
} from '@gleaner/engine'
import {
  type CloudId,
  type Host,
  type HostId,
  type HostOffer,
  type HostOffers,
  type Interval,
  isLeaseOpen,
  type Lease,
  type LeaseId,
  noHostOffers,
  type ProjectId,
} from '@gleaner/model'
import type { AuditEntry, Fence, HostRoom, Store } from '@gleaner/ports'
import type { EventHub } from '../events/hub.ts'
import type { LiveState } from '../state/live-state.ts'
import { LeaseWriter } from './lease-writer.ts'
import { RefusalMemory } from './refusal-memory.ts'
import { unusedRoom } from './unused-room.ts'
import { WaitlistTurn } from './waitlist-turn.ts'

export interface LeaseDeskParts {
  readonly store: Store
  readonly state: LiveState
  readonly hub: EventHub
}

export interface LeaseSaving {
  readonly lease: Lease
  readonly line?: AuditEntry | undefined
}

interface Shelf {
  readonly hosts: readonly Host[]
  readonly book: ReservationBook
}

export class LeaseDesk {
  readonly #parts: LeaseDeskParts
  readonly #writer: LeaseWriter
  readonly #leases = new Map<LeaseId, Lease>()
  readonly #named = new Map<string, LeaseId>()
  readonly #shelves = new Map<CloudId, Shelf>()
  #offers: HostOffers = noHostOffers
  #term: number | undefined
  #loading: Promise<void> | undefined
  readonly #waiting = new Set<LeaseId>()
  readonly #refusals = new RefusalMemory()
  #freed = 0
  /** When the waitlist was gone through. */
  readonly turn = new WaitlistTurn()

  constructor(parts: LeaseDeskParts) {
    this.#parts = parts
    this.#writer = new LeaseWriter(parts.store.leases)
  }

  /** What the store holds, once per term, whoever asks and however many at once. Nothing is planned before. */
  async load(fence: Fence): Promise<void> {
    while (this.#term !== fence.term)
      await (this.#loading ??= this.#read(fence).finally(() => (this.#loading = undefined)))
  }

  async #read({ term }: Fence): Promise<void> {
    const open = await this.#parts.store.leases.open()
    this.#offers = await this.#parts.store.hostOffers.all()
    this.#leases.clear()
    this.#named.clear()
    this.#shelves.clear()
    this.#waiting.clear()
    for (const lease of open) this.#keep(lease)
    this.#freed++
    this.#term = term
  }

  /** What operators told of hosts. */
  get offers(): HostOffers {
    return this.#offers
  }

  /** Plans from now on go by it; leases that have the host keep it. */
  async offer(fence: Fence, offer: HostOffer): Promise<void> {
    await this.#parts.store.hostOffers.save(fence, offer)
    this.#offers = { ...this.#offers, ofHost: new Map(this.#offers.ofHost).set(offer.hostId, offer) }
    this.#shelves.clear()
    this.#freed++
  }

  async setPrivate(fence: Fence, property: string, isPrivate: boolean): Promise<void> {
    await this.#parts.store.hostOffers.setPrivate(fence, property, isPrivate)
    const others = [...this.#offers.privateProperties].filter((name) => name !== property)
    this.#offers = { ...this.#offers, privateProperties: new Set(isPrivate ? [...others, property] : others) }
  }

  isLoaded(fence: Fence): boolean {
    return this.#term === fence.term
  }

  /** The next load reads again: somebody else has written. */
  forget(): void {
    this.#term = undefined
  }

  open(): readonly Lease[] {
    return [...this.#leases.values()]
  }

  /** Some are on the waitlist. */
  get hasWaiting(): boolean {
    return this.#waiting.size > 0
  }

  waiting(): readonly Lease[] {
    return [...this.#waiting].flatMap((id) => this.#leases.get(id) ?? [])
  }

  /** Larger than before whenever there may be more room than there was. */
  get freed(): number {
    return this.#freed
  }

  find(id: string): Lease | undefined {
    return this.#leases.get(id as LeaseId)
  }

  /** A name belongs to one lease of its project, as long as that is not over. */
  isNamed(projectId: ProjectId, name: string): boolean {
    return this.#named.has(nameKey({ projectId, name }))
  }

  /** The calendars of a cloud as of its last reading; undefined before the first. */
  bookOf(cloudId: CloudId): ReservationBook | undefined {
    const snapshot = this.#parts.state.clouds.get(cloudId)?.snapshot
    if (snapshot === undefined) return undefined
    const known = this.#shelves.get(cloudId)
    if (known?.hosts === snapshot.hosts) return known.book
    const book = new ReservationBook(reservableHosts(snapshot.hosts, this.#offers.ofHost))
    for (const lease of this.#leases.values()) if (lease.cloudId === cloudId) book.book(bookingsOf(lease))
    this.#shelves.set(cloudId, { hosts: snapshot.hosts, book })
    this.#freed++
    return book
  }

  /** The slot as it would be for everybody but the lease itself, if it has one. */
  plan(book: ReservationBook, question: LeaseQuestion, own?: Lease): FoundSlot | NoSlot {
    if (own === undefined) return this.#refusals.plan(book, question)
    book.release(own.id)
    try {
      return planLease(book, question)
    } finally {
      book.book(bookingsOf(own))
    }
  }

  /** The slot beside what a lease will have, and does not have yet. */
  planBeside(book: ReservationBook, question: LeaseQuestion, coming: Lease): FoundSlot | NoSlot {
    const known = this.#leases.get(coming.id)
    book.release(coming.id)
    book.book(bookingsOf(coming))
    try {
      return planLease(book, question)
    } finally {
      book.release(coming.id)
      if (known !== undefined) book.book(bookingsOf(known))
    }
  }

  /** Takes the place of the lease in memory, then in the store; gives it back in memory when the store refuses. */
  save(fence: Fence, lease: Lease, line?: AuditEntry): Promise<void> {
    return this.saveAll(fence, [{ lease, line }])
  }

  /** The same for several: all of them or none, also when the process dies meanwhile. */
  async saveAll(fence: Fence, changes: readonly LeaseSaving[]): Promise<void> {
    const taken = changes.map(({ lease, line }) => {
      const before = this.#leases.get(lease.id)
      const book = this.bookOf(lease.cloudId)
      this.#put(lease, book)
      return { before, book, lease, rooms: roomsOf(lease, book), line }
    })
    try {
      await this.#writer.write(fence, taken)
    } catch (error) {
      for (const { before, book, lease } of taken)
        if (before === undefined) this.#drop(lease.id, book)
        else this.#put(before, book)
      throw error
    }
    for (const { id, state } of changes.map(({ lease }) => lease)) this.#parts.hub.tell('lease', { lease: id, state })
  }

  /** Whether all of these, which nobody has yet, could be had at once as things are. */
  couldHaveAll(leases: readonly Lease[]): boolean {
    const isFree = (lease: Lease) =>
      !this.isNamed(lease.projectId, lease.name) &&
      (this.bookOf(lease.cloudId)?.book(bookingsOf(lease)) ?? []).length === 0
    try {
      return leases.every(isFree)
    } finally {
      for (const { id, cloudId } of leases) this.bookOf(cloudId)?.release(id)
    }
  }

  /**
   * Which hosts are closed to all but a lease: by the times, whatever the loop has got round to. Room is made before the start:
   * whoever came in that time would have to leave again.
   */
  leasedTo(cloudId: CloudId, nowMs: number, aheadMs = 0): ReadonlyMap<HostId, string> {
    const leased = [...this.promisedTo(cloudId, nowMs)].filter(([, { startMs }]) => startMs <= nowMs + aheadMs)
    return new Map(leased.map(([hostId, { leaseId }]) => [hostId, leaseId]))
  }

  /** Per whole host the lease that has it at this moment, else the next one. Proposals do not count. */
  promisedTo(cloudId: CloudId, nowMs: number): ReadonlyMap<HostId, HostLease> {
    const promised = new Map<HostId, HostLease>()
    for (const { id, cloudId: of, projectId, state, span, reservations } of this.#leases.values()) {
      if (of !== cloudId || state === 'proposed' || nowMs >= span.endMs) continue
      for (const { wish, shares } of reservations) {
        if (wish.kind !== 'hosts') continue
        for (const { hostId } of shares)
          if (span.startMs < (promised.get(hostId)?.startMs ?? Number.POSITIVE_INFINITY))
            promised.set(hostId, { leaseId: id, projectId, startMs: span.startMs })
      }
    }
    return promised
  }

  /** Room of running leases that their projects do not use yet: it is taken for everybody else. */
  leasedRoom(cloudId: CloudId, nowMs: number): readonly LeasedRoom[] {
    const snapshot = this.#parts.state.clouds.get(cloudId)?.snapshot
    const running = [...this.#leases.values()].filter(
      ({ cloudId: of, state, span }) =>
        of === cloudId && state !== 'proposed' && span.startMs <= nowMs && nowMs < span.endMs,
    )
    return running.flatMap((lease) => unusedRoom(lease, snapshot?.instancesOfHost ?? new Map()))
  }

  /** Whether it could be at other times on the hosts it has. */
  couldBeAt(book: ReservationBook, lease: Lease, span: Interval): boolean {
    book.release(lease.id)
    try {
      return book.book(bookingsOf({ ...lease, span })).length === 0
    } finally {
      book.release(lease.id)
      book.book(bookingsOf(lease))
    }
  }

  /** Until when the lease could be extended on its hosts; Infinity when nobody comes after it. */
  longestUntilMs(lease: Lease): number {
    const book = this.bookOf(lease.cloudId)
    if (book === undefined) return lease.span.endMs
    let until = Number.POSITIVE_INFINITY
    for (const { wish, shares } of lease.reservations)
      for (const { hostId, units } of shares) {
        const at = book.positionOf(hostId)
        const { need } = unitsOf(wish)
        const free = at === undefined ? undefined : book.calendars[at]?.fitsUntilMs(lease.span.endMs, need, units)
        until = Math.min(until, free ?? until)
      }
    return until
  }

  #put(lease: Lease, book: ReservationBook | undefined): void {
    const had = this.#leases.get(lease.id)
    if (lease.state === 'waiting' || (had !== undefined && had.state !== 'waiting')) this.#freed++
    book?.release(lease.id)
    if (isLeaseOpen(lease)) {
      this.#keep(lease)
      book?.book(bookingsOf(lease))
    } else this.#forget(lease.id)
  }

  #drop(id: LeaseId, book: ReservationBook | undefined): void {
    this.#forget(id)
    book?.release(id)
    this.#freed++
  }

  #keep(lease: Lease): void {
    this.#unname(lease.id)
    this.#leases.set(lease.id, lease)
    this.#named.set(nameKey(lease), lease.id)
    if (lease.state === 'waiting') this.#waiting.add(lease.id)
    else this.#waiting.delete(lease.id)
  }

  #unname(id: LeaseId): void {
    const had = this.#leases.get(id)
    if (had !== undefined && this.#named.get(nameKey(had)) === id) this.#named.delete(nameKey(had))
  }

  #forget(id: LeaseId): void {
    this.#unname(id)
    this.#leases.delete(id)
    this.#waiting.delete(id)
  }
}

function nameKey({ projectId, name }: Pick<Lease, 'projectId' | 'name'>): string {
  return JSON.stringify([projectId, name])
}

export function bookingsOf(lease: Lease): readonly HostBooking[] {
  return lease.reservations.flatMap(({ id, wish, shares }) =>
    shares.flatMap(({ hostId, units }) =>
      Array.from({ length: units }, () => ({
        hostId,
        leaseId: lease.id,
        reservationId: id,
        span: lease.span,
        need: unitsOf(wish).need,
      })),
    ),
  )
}

/** Hosts of the lease that the reading no longer has keep what they were promised for. */
function roomsOf(lease: Lease, book: ReservationBook | undefined): readonly HostRoom[] {
  const hosts = new Set(lease.reservations.flatMap(({ shares }) => shares.map(({ hostId }) => hostId)))
  return [...hosts].map((hostId) => ({
    hostId,
    capacity: book?.hosts[book.positionOf(hostId) ?? -1]?.capacity ?? [0, 0, 0],
  }))
}
