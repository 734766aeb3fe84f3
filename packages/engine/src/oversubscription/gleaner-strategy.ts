// Gleaner's own strategy: weighs many simple bounds by what each would have cost so far. After every scope each bet pays
// for what it left unsold and, `price` times as much, for what it was short; a bet's weight is exp(−loss), the loss being
// what is believed beforehand plus `learning` times its faded record. The answer is the weighted mean of the bets, plus
// what is kept back after a violation (and fades), plus what is kept for newcomers; never above what is booked or there.
// Bets are placed for the host as it is now: what has left is taken out of the past, what came later is put in
// (host-memory.ts). `confidence` is the share of the estimates so far that held, faded, by Laplace's rule.
// Source of the weighing: Littlestone and Warmuth's weighted majority (Hedge). Of the bounds: gleaner-bets.ts.
import type { InstanceSlice } from './host-slice.ts'
import { beliefsOf, betCount, placeBets } from './gleaner-bets.ts'
import { type GleanerOptions, priceOf } from './gleaner-options.ts'
import { HostMemory } from './host-memory.ts'
import type { SavedState, SavedValue, Strategy, StrategyRun } from './strategy.ts'

/** The record of confidence fades to half in fourteen scopes. */
const confidenceFade = 0.95

/** The rounding of a weighted mean of equal bounds is no violation. */
const aHairAbove = 1 + 1e-9

interface RunState {
  used: number
  backOff: number
  scale: number
  held: number
  judged: number
}

export function gleanerStrategy(options: GleanerOptions): Strategy {
  return { name: 'gleaner', usesStability: false, start: (saved) => startRun(options, saved) }
}

function startRun(options: GleanerOptions, saved: SavedState | undefined): StrategyRun {
  const memory = saved === undefined ? new HostMemory(options.depth) : HostMemory.load(saved['memory'] as SavedState)
  const beliefs = beliefsOf(options)
  const price = priceOf(options)
  const losses = rowOf(saved?.['losses'], 0)
  /** The bets of the scope before; NaN = not placed. */
  const standing = rowOf(saved?.['standing'], Number.NaN)
  const state: RunState = {
    used: Number.NaN,
    backOff: 0,
    scale: 0,
    held: 0,
    judged: 0,
    ...(saved?.['state'] as Partial<RunState> | undefined),
  }

  function settle(actual: number): void {
    const isViolated = actual > state.used
    state.held = state.held * confidenceFade + (isViolated ? 0 : 1)
    state.judged = state.judged * confidenceFade + 1
    state.backOff = state.backOff * options.backOffFade + (isViolated ? options.backOff * (actual - state.used) : 0)
    for (let bet = 0; bet < betCount; bet++) {
      const bound = standing[bet] as number
      if (Number.isNaN(bound)) continue
      const cost = bound > actual ? bound - actual : price * (actual - bound)
      losses[bet] = (losses[bet] as number) * options.memory + cost / state.scale
    }
  }

  return {
    step({ resource, capacity, booked, newest, history }) {
      const instances: InstanceSlice[] = []
      for (const window of history.instances.values()) {
        if (window.isPresent) instances.push(window.slices.at(-1) as InstanceSlice)
      }
      const actual = memory.add({ resource, usage: newest, instances })
      if (!Number.isNaN(state.used)) settle(actual)
      const limit = Math.min(capacity, booked)
      const { bounds, scale, period } = placeBets(memory, options)
      // A yardstick that hardly moves: losses of different scopes must stay comparable. Never 0.
      state.scale = Math.max(1e-6 * capacity, state.scale === 0 ? scale : 0.9 * state.scale + 0.1 * scale)
      // What cannot be answered must not be praised either: bets are judged by what they would have answered.
      for (let bet = 0; bet < betCount; bet++) standing[bet] = Math.min(bounds[bet] as number, limit)
      const { bound, likeliest } = weigh({ beliefs, losses, standing, learning: options.learning })
      const kept = keptForNewcomers(memory, options)
      state.used = Math.max(0, Math.min(limit, (bound + state.backOff + kept) * aHairAbove))
      return {
        used: state.used,
        evidence: {
          scopes: memory.known,
          likeliestBound: likeliest,
          bound,
          keptAfterViolation: state.backOff,
          keptForNewcomers: kept,
          periodScopes: period,
          confidence: (state.held + 1) / (state.judged + 2),
        },
      }
    },
    save: () => ({
      memory: memory.save(),
      losses: [...losses],
      // JSON has no NaN.
      standing: [...standing].map((bound) => (Number.isNaN(bound) ? noBet : bound)),
      state: Object.fromEntries(Object.entries(state).filter(([, value]) => !Number.isNaN(value))) as SavedValue,
    }),
  }
}

/** Bounds are never negative: stands for NaN where only numbers can be written. */
const noBet = -1

function rowOf(saved: SavedValue | undefined, empty: number): Float64Array {
  // Of another version, with other bets: what it had learned says nothing of these.
  if (!Array.isArray(saved) || saved.length !== betCount) return new Float64Array(betCount).fill(empty)
  return Float64Array.from(saved as readonly number[], (value) => (value === noBet ? Number.NaN : value))
}

interface Books {
  readonly beliefs: Float64Array
  readonly losses: Float64Array
  readonly standing: Float64Array
  readonly learning: number
}

function weigh({ beliefs, losses, standing, learning }: Books): { bound: number; likeliest: number } {
  let least = Number.POSITIVE_INFINITY
  let likeliest = 0
  for (let bet = 0; bet < betCount; bet++) {
    const loss = learning * (losses[bet] as number) + (beliefs[bet] as number)
    if (Number.isNaN(standing[bet]) || loss >= least) continue
    least = loss
    likeliest = standing[bet] as number
  }
  let weights = 0
  let sum = 0
  for (let bet = 0; bet < betCount; bet++) {
    const bound = standing[bet] as number
    if (Number.isNaN(bound)) continue
    const weight = Math.exp(least - learning * (losses[bet] as number) - (beliefs[bet] as number))
    weights += weight
    sum += weight * bound
  }
  return { bound: sum / weights, likeliest }
}

/** Those that came after the host's memory began: at the beginning all are new, and the spread of the host tells more. */
function keptForNewcomers(memory: HostMemory, { newcomerShare, warmScopes }: GleanerOptions): number {
  let kept = 0
  for (const { allocation, born, peak } of memory.instances.values()) {
    const seen = memory.scopes - born
    if (seen >= warmScopes || seen === memory.scopes) continue
    let highest = 0
    for (const value of peak) highest = Math.max(highest, value)
    kept += (newcomerShare * Math.max(0, allocation - highest)) / seen
  }
  return kept
}
