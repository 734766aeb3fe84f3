// What the running guests of one host say about their memory, from bulk statistics. A guest says it every few seconds, if it was
// asked to (`<stats period='…'/>` of its balloon) and lives; the host tells when it last did so, by a clock of its own. So what
// counts is when that figure was last seen to change; only at the first sight the host's word must do.
import type { GuestMemory } from '@gleaner/model'
import { domainStates, type DomainStats } from '@gleaner/wire-libvirt'
import { number } from './domain-usage.ts'

interface Said {
  readonly saidAtS: number
  readonly atMs: number
}

export class GuestMemoryMeter {
  readonly #said = new Map<string, Said>()

  /** Undefined for a domain that does not run, has no balloon, or could not be asked just now. */
  read(record: DomainStats, nowMs: number): GuestMemory | undefined {
    const state = number(record, 'state.state')
    const leftMiB = number(record, 'balloon.current') / 1024
    const promisedMiB = number(record, 'balloon.maximum') / 1024
    if (state !== domainStates.running && state !== domainStates.blocked) return undefined
    if (!(leftMiB > 0 && promisedMiB > 0)) return undefined
    // Of a domain that is just being worked on libvirt tells what it knows without asking, and nothing the guest said.
    if (!record.params.has('balloon.last-update') && !record.params.has('balloon.rss')) return undefined
    const usable = number(record, 'balloon.usable')
    // Old guests tell only what is wholly free, which is less.
    const usableKiB = Number.isNaN(usable) ? number(record, 'balloon.unused') : usable
    const swappedKiB = number(record, 'balloon.swap_in') + number(record, 'balloon.swap_out')
    return {
      promisedMiB,
      leftMiB,
      usableMiB: usableKiB / 1024,
      swappedMiB: swappedKiB / 1024,
      saidAtMs: this.#saidAtMs(record, nowMs),
      residentMiB: number(record, 'balloon.rss') / 1024,
    }
  }

  keepOnly(uuids: ReadonlySet<string>): void {
    for (const uuid of this.#said.keys()) if (!uuids.has(uuid)) this.#said.delete(uuid)
  }

  #saidAtMs(record: DomainStats, nowMs: number): number {
    const saidAtS = number(record, 'balloon.last-update')
    if (!(saidAtS > 0)) return Number.NaN
    const { uuid } = record.domain
    const known = this.#said.get(uuid)
    if (known?.saidAtS === saidAtS) return known.atMs
    const atMs = known === undefined ? Math.min(nowMs, saidAtS * 1000) : nowMs
    this.#said.set(uuid, { saidAtS, atMs })
    return atMs
  }
}
