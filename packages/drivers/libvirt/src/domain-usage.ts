// What one record of bulk statistics says about usage: counters, and the memory in use now.
//
// Memory in use is what the guest says through its balloon (available - usable, or available - unused with old guests)
// while that is fresh, else the resident size of its process. Both at most what the balloon leaves it. The resident size
// is too high (it holds the emulator, and pages the guest has freed), so an idle guest is never made out of a silent one.
import type { DomainStats } from '@gleaner/wire-libvirt'
import type { Counters } from './usage-rates.ts'

export interface MemoryFigure {
  /** NaN when neither figure is there. */
  readonly usedMiB: number
  /** When the guest last spoke, in the host's epoch seconds; undefined when it never did. */
  readonly saidAtS: number | undefined
}

export function counters(record: DomainStats, atMs: number): Counters {
  return {
    life: record.domain.id,
    atMs,
    cpuNs: number(record, 'cpu.time'),
    rxBytes: sum(record, 'net', ['rx.bytes']),
    txBytes: sum(record, 'net', ['tx.bytes']),
    diskBytes: sum(record, 'block', ['rd.bytes', 'wr.bytes']),
  }
}

export function memoryFigure(record: DomainStats, isFresh: (saidAtS: number) => boolean): MemoryFigure {
  const [available, usable, unused] = ['available', 'usable', 'unused'].map((name) => number(record, `balloon.${name}`))
  const saidAtS = number(record, 'balloon.last-update')
  const free = Number.isNaN(usable) ? unused : usable
  const said = saidAtS > 0 && isFresh(saidAtS) ? (available ?? Number.NaN) - (free ?? Number.NaN) : Number.NaN
  const usedKiB = said >= 0 ? said : number(record, 'balloon.rss')
  const mostKiB = number(record, 'balloon.current')
  return {
    usedMiB: (usedKiB > mostKiB ? mostKiB : usedKiB) / 1024,
    saidAtS: saidAtS > 0 ? saidAtS : undefined,
  }
}

export function number(record: DomainStats, name: string): number {
  const value = record.params.get(name)
  return typeof value === 'number' ? value : Number.NaN
}

/** NaN when libvirt does not tell how many devices there are, or one of them has no figure. */
function sum(record: DomainStats, group: string, names: readonly string[]): number {
  const count = number(record, `${group}.count`)
  if (Number.isNaN(count)) return Number.NaN
  let total = 0
  for (let i = 0; i < count; i++) for (const name of names) total += number(record, `${group}.${i}.${name}`)
  return total
}
