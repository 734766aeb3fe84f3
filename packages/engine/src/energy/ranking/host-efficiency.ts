// How much work a host does per watt at full load: from a figure of the configuration (a benchmark that was run, in any unit as
// long as all hosts have the same: flop/s, ssj_ops, an index), or guessed from what the cloud tells of it. Kwranking divided
// a benchmark's score by the highest power that was measured, and so do we. A guess is marked, and never goes before a
// figure: guesses and figures have no common unit.
//
// The guess: cores x clock x flop per cycle / full power. The clock is read from the CPU's name where it stands in it
// ("... @ 2.40GHz"), 2.5 GHz otherwise; 8 double-precision operations per cycle are what a core with 256-bit vectors does in
// a hardware thread (Intel's and AMD's optimisation manuals: 16 per core, two threads). Without a figure of power, 40 W and
// 7 W a core: about what the hosts of SPECpower_ssj2008 of the last ten years draw.
import type { Host, HostId } from '@gleaner/model'

export interface GivenFigure {
  /** Work per second at full load, in whatever unit all figures have. */
  readonly operationsPerS: number
  /** Where the figure is from, for people. */
  readonly from: string
}

export interface HostEfficiency {
  readonly hostId: HostId
  readonly operationsPerS: number
  readonly fullPowerW: number
  readonly perWatt: number
  readonly isGuess: boolean
  readonly from: string
}

const guessedGHz = 2.5
const flopPerCycle = 8

export function hostEfficiency(host: Host, given: GivenFigure | undefined): HostEfficiency {
  const knownPowerW = host.fullPowerW !== undefined && host.fullPowerW > 0 ? host.fullPowerW : undefined
  const fullPowerW = knownPowerW ?? 40 + 7 * Math.max(1, host.cores)
  const ofPower = knownPowerW === undefined ? ', power guessed from the cores' : ''
  if (given !== undefined && given.operationsPerS > 0)
    return {
      hostId: host.id,
      operationsPerS: given.operationsPerS,
      fullPowerW,
      perWatt: given.operationsPerS / fullPowerW,
      isGuess: knownPowerW === undefined,
      from: `${given.from}${ofPower}`,
    }
  const clockGHz = clockOf(host)
  const operationsPerS = Math.max(0, host.cores) * (clockGHz ?? guessedGHz) * 1e9 * flopPerCycle
  return {
    hostId: host.id,
    operationsPerS,
    fullPowerW,
    perWatt: operationsPerS / fullPowerW,
    isGuess: true,
    from: `guessed from ${host.cores} cores at ${clockGHz ?? guessedGHz} GHz${ofPower}`,
  }
}

/** For who compares hosts of one cloud and may not guess: work per watt where a figure is given, undefined elsewhere. */
export function givenEfficiency(host: Host, given: GivenFigure | undefined): number | undefined {
  return given !== undefined && given.operationsPerS > 0 ? hostEfficiency(host, given).perWatt : undefined
}

function clockOf({ properties }: Host): number | undefined {
  for (const value of Object.values(properties ?? {})) {
    if (typeof value !== 'string') continue
    const found = /@\s*(\d+(?:\.\d+)?)\s*GHz/i.exec(value)
    const clock = Number(found?.[1])
    if (clock > 0.1 && clock < 20) return clock
  }
  return undefined
}
