// What decisions need of desktops: which hosts they are, whether each may have guests now, what Gleaner did there before. Read anew from
// the store for each cycle and once more right before each step: beats arrive on every replica.
import {
  asDesktops,
  type DesktopPresence,
  hourOfWeek,
  type LendingPast,
  lendingPast,
  matchDesktops,
  type PresenceLimits,
  presenceOf,
} from '@gleaner/engine'
import type { Desktop, Host, HostId, JournalEntry } from '@gleaner/model'
import type { Clock, Store } from '@gleaner/ports'
import type { OpportunismSettings } from '../config/opportunism.ts'
import type { LiveState } from '../state/live-state.ts'
import { ForetoldHours } from './foretold-hours.ts'

export interface LendingBookParts {
  readonly store: Store
  readonly clock: Clock
  readonly state: LiveState
  readonly settings: OpportunismSettings
  /** Whether what is foretold of desktops weighs in a placement. */
  readonly weighsAvailability: boolean
}

export class LendingBook {
  readonly #parts: LendingBookParts
  /** Steps on hosts that were closed longer ago than memory reaches. */
  readonly #older = new Map<HostId, readonly JournalEntry[]>()
  readonly #foretold: ForetoldHours
  #desktops: readonly Desktop[] = []
  #shares: { readonly of: readonly unknown[]; readonly byHost: ReadonlyMap<HostId, number> } | undefined

  constructor(parts: LendingBookParts) {
    this.#parts = parts
    this.#foretold = new ForetoldHours(parts.store)
  }

  async refresh(): Promise<void> {
    this.#desktops = (await this.#parts.store.desktops.list()).filter(({ lends }) => lends)
    const { clock, settings, weighsAvailability } = this.#parts
    if (weighsAvailability) await this.#foretold.learn(this.#desktops, clock.nowMs(), limitsOf(settings, clock))
  }

  desktops(): readonly Desktop[] {
    return this.#desktops
  }

  /** A host that an agent speaks for is a desktop, whatever its cloud takes it for. */
  asDesktops(hosts: readonly Host[]): readonly Host[] {
    return asDesktops(hosts, this.#desktops)
  }

  /** Share of the next hours in which guests can run on desktops; undefined where that is not to count. The same map until something changes. */
  availability(hosts: readonly Host[]): ReadonlyMap<HostId, number> | undefined {
    const { clock, weighsAvailability } = this.#parts
    if (!weighsAvailability) return undefined
    const nowMs = clock.nowMs()
    const of = [hosts, this.#desktops, this.#foretold.turns, hourOfWeek(nowMs)]
    const known = this.#shares
    if (known !== undefined && known.of.every((each, nth) => each === of[nth])) return known.byHost
    const byHost = new Map<HostId, number>()
    for (const [id, desktop] of matchDesktops(this.#desktops, hosts)) {
      const share = desktop && this.#foretold.share(desktop.id, nowMs)
      if (share !== undefined) byHost.set(id, share)
    }
    this.#shares = { of, byHost }
    return byHost
  }

  /** As of the last refresh and of now. */
  presence(): (host: Host) => DesktopPresence {
    const { state, clock, settings } = this.#parts
    const hosts = [...state.clouds.values()].flatMap(({ snapshot }) => snapshot?.hosts ?? [])
    const known = matchDesktops(this.#desktops, hosts)
    const limits = limitsOf(settings, clock)
    return ({ id }) => presenceOf(known.get(id), clock.nowMs(), limits)
  }

  /** `recent` is the journal as far as memory has it. */
  async past(recent: readonly JournalEntry[]): Promise<LendingPast> {
    const { store, state } = this.#parts
    const past = lendingPast(recent)
    let isMore = false
    for (const { snapshot } of state.clouds.values())
      for (const { id, kind, state: is } of snapshot?.hosts ?? []) {
        // Memory knows better by now; what was read before is not true any more when it has forgotten that again.
        if (past.isKnown(id)) this.#older.delete(id)
        if (kind !== 'desktop' || is !== 'disabled' || past.isKnown(id)) continue
        if (!this.#older.has(id))
          this.#older.set(id, (await store.journal.list({ onHostId: id }, { limit: 20, offset: 0 })).items)
        isMore = true
      }
    return isMore ? lendingPast([...[...this.#older.values()].flat(), ...recent]) : past
  }
}

/** Agents live in real time, also where the clock of a simulation runs faster. */
export function limitsOf(settings: OpportunismSettings, { speed }: Clock): PresenceLimits {
  return {
    lostAfterMs: settings.lostAfterMs * speed,
    goneAfterMs: settings.goneAfterMs * speed,
    contractMs: settings.contractMs * speed,
  }
}
