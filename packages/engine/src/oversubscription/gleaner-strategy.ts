// Gleaner's own strategy: weighs many simple bounds by what each would have cost so far. After every scope each bet pays
// for what it left unsold and, `price` times as much, for what it was short; a bet's weight is exp(−loss), the loss being
// what is believed beforehand plus `learning` times its faded record. The answer is the weighted mean of the bets, plus
// what is kept back after a violation (and fades), plus what is kept for newcomers; never above what is booked or there.
// Bets are placed for the host as it is now: what has left is taken out of the past, what came later is put in
// (host-memory.ts). `confidence` is the share of the estimates so far that held, faded, by Laplace's rule.
// Source of the weighing: Littlestone and Warmuth's weighted majority (Hedge). Of the bounds: gleaner-bets.ts.
import type { InstanceSlice } from './host-slice.ts'
import { type Bet, placeBets } from './gleaner-bets.ts'
import type { GleanerOptions } from './gleaner-options.ts'
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
  const losses = new Map<string, number>(Object.entries((saved?.['losses'] ?? {}) as Record<string, number>))
  const standing = new Map<string, number>(Object.entries((saved?.['standing'] ?? {}) as Record<string, number>))
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
    for (const [name, bound] of standing) {
      const cost = bound > actual ? bound - actual : options.price * (actual - bound)
      losses.set(name, (losses.get(name) ?? 0) * options.memory + cost / state.scale)
    }
  }

  return {
    step({ resource, capacity, booked, newest, history }) {
      const instances: InstanceSlice[] = []
      for (const window of history.instances.values()) {
        if (window.isPresent) instances.push(window.slices.at(-1) as InstanceSlice)
      }
      const actual = memory.add({ resource, usage: newest, instances })
      if (standing.size > 0) settle(actual)
      const limit = Math.min(capacity, booked)
      const { bets, scale, period } = placeBets(memory, options)
      // A yardstick that hardly moves: losses of different scopes must stay comparable. Never 0.
      state.scale = Math.max(1e-6 * capacity, state.scale === 0 ? scale : 0.9 * state.scale + 0.1 * scale)
      standing.clear()
      for (const { name, bound } of bets) standing.set(name, Math.min(bound, limit))
      const { bound, likeliest } = weigh(bets, { losses, standing, learning: options.learning })
      const kept = keptForNewcomers(memory, options)
      state.used = Math.max(0, Math.min(limit, (bound + state.backOff + kept) * aHairAbove))
      return {
        used: state.used,
        evidence: {
          scopes: memory.known,
          bets: bets.length,
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
      losses: Object.fromEntries(losses),
      standing: Object.fromEntries(standing),
      state: Object.fromEntries(Object.entries(state).filter(([, value]) => !Number.isNaN(value))) as SavedValue,
    }),
  }
}

interface Books {
  readonly losses: ReadonlyMap<string, number>
  readonly standing: ReadonlyMap<string, number>
  readonly learning: number
}

function weigh(bets: readonly Bet[], { losses, standing, learning }: Books): { bound: number; likeliest: number } {
  const total = bets.map(({ name, belief }) => learning * (losses.get(name) ?? 0) + belief)
  const least = Math.min(...total)
  let weights = 0
  let sum = 0
  let likeliest = 0
  for (const [i, { name }] of bets.entries()) {
    const weight = Math.exp(least - (total[i] as number))
    const bound = standing.get(name) as number
    weights += weight
    sum += weight * bound
    if (total[i] === least) likeliest = bound
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
