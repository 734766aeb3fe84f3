// What counters of RAPL that wrap come to: joules since the count began. Between two readings the end of a counter may be passed once.
// Where more than once is possible (a long silence), and where it fell without having reached its end (a restart), the count begins
// anew, which readers take for a gap: nothing is made up.

export interface RaplZone {
  readonly counterUj: number
  /** Where the counter begins again; undefined: nobody says. */
  readonly rangeUj: number | undefined
}

interface Count {
  readonly atMs: number
  readonly counterUj: number
  readonly totalJ: number
}

export class RaplCount {
  #count: Count | undefined

  /** `maxPowerW` is the most the zone can draw. True: the count goes on; false: it has begun anew. */
  take(atMs: number, { counterUj, rangeUj }: RaplZone, maxPowerW: number): boolean {
    const before = this.#count
    const mostUj = before === undefined ? 0 : ((atMs - before.atMs) / 1000) * maxPowerW * 1e6
    const isTooLong = rangeUj !== undefined && mostUj >= rangeUj
    const stepUj = before === undefined || isTooLong ? undefined : stepOf(before.counterUj, counterUj, rangeUj)
    const goesOn = before !== undefined && stepUj !== undefined && !(counterUj < before.counterUj && stepUj > mostUj)
    this.#count = { atMs, counterUj, totalJ: goesOn ? before.totalJ + stepUj / 1e6 : 0 }
    return goesOn
  }

  get totalJ(): number {
    return this.#count?.totalJ ?? 0
  }

  /** From here on, as if nothing had been counted before. */
  restart(): void {
    if (this.#count !== undefined) this.#count = { ...this.#count, totalJ: 0 }
  }
}

/** Undefined: it fell, and its end is not known. */
function stepOf(beforeUj: number, nowUj: number, rangeUj: number | undefined): number | undefined {
  if (nowUj >= beforeUj) return nowUj - beforeUj
  return rangeUj === undefined || beforeUj > rangeUj ? undefined : rangeUj - beforeUj + nowUj
}
