// The model against things that can be said without it: a policy on a day that is written by hand; the quick way through a year
// against looking every quarter of a second; and what must hold for every seed.
import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../generate/seeded-random.ts'
import { measureRuns } from './desk-outcome.ts'
import { documentedPolicies, type DocumentedPolicy, runDocumented } from './documented-policies.ts'
import { dayMs, type DeskSpan, makeDays } from './make-days.ts'
import { runGleaner } from './run-gleaner.ts'

const minute = 60_000
const random = () => new SeededRandom(9)
const named = (name: string) => documentedPolicies[name] as DocumentedPolicy
const at = (source: DeskSpan['source'], fromMinute: number, toMinute: number): DeskSpan => ({
  source,
  fromMs: fromMinute * minute,
  toMs: toMinute * minute,
})

describe('a day by hand', () => {
  const spans = [at('local', 60, 100), at('ssh', 200, 210), at('load', 300, 310)]
  const run = (name: string) => runDocumented(named(name), { spans, endMs: 400 * minute, random: random() })
  const minutes = (name: string) =>
    run(name).map(({ fromMs, toMs, end }) => [fromMs / minute, Math.floor(toMs / minute), end])

  it('PowerNap does not see who works over ssh, and destroys what runs', () => {
    expect(minutes('powernap')).toEqual([
      [20, 60, 'killed'],
      [120, 400, 'still'],
    ])
    const { besideUserMs, kills } = measureRuns(spans, run('powernap'))
    expect(besideUserMs).toBeGreaterThan(10 * minute)
    expect(kills).toBe(1)
  })

  it('HTCondor sees it, starts anew after 15 minutes, and puts out what was suspended for ten', () => {
    expect(minutes('htcondor')).toEqual([
      [15, 60, 'killed'],
      [115, 200, 'killed'],
      [225, 302, 'killed'],
      [325, 400, 'still'],
    ])
  })

  it('BOINC goes on three minutes after the last key', () => {
    expect(minutes('boinc')).toEqual([
      [3, 60, 'paused'],
      [103, 200, 'paused'],
      [213, 300, 'paused'],
      [313, 400, 'still'],
    ])
  })

  it('Gleaner waits 15 minutes to begin, 5 to go on, longer after an interruption, and lets short load be', () => {
    const runs = runGleaner({ spans, endMs: 400 * minute, random: random() })
    // 100 + 5 + 1 of back-off after one interruption; 210 + 5 + 1, for the first is forgotten after two hours; load suspends after 2 min.
    expect(runs.map(({ fromMs, toMs }) => [Math.round(fromMs / minute), Math.floor(toMs / minute)])).toEqual([
      [5, 60],
      [106, 200],
      [216, 302],
      [311, 400],
    ])
    expect(measureRuns(spans, runs).beyondLimitMs).toBe(0)
  })
})

it('a remote desktop without a terminal is seen by Gleaner and by nobody else', () => {
  const spans = [at('remote-desktop', 100, 200)]
  const beside = (runs: Parameters<typeof measureRuns>[1]) => measureRuns(spans, runs).beyondLimitMs
  for (const name of Object.keys(documentedPolicies))
    expect(beside(runDocumented(named(name), { spans, endMs: 300 * minute, random: random() }))).toBeGreaterThan(
      90 * minute,
    )
  expect(beside(runGleaner({ spans, endMs: 300 * minute, random: random() }))).toBe(0)
})

it('looking only where something can change gives what looking every five seconds gives', () => {
  const endMs = 2 * dayMs
  const spans = makeDays(4, 2)
  const quick = runGleaner({ spans, endMs, random: random() })
  const slow = runGleaner({ spans, endMs, random: random() }, 5000)
  expect(quick.length).toBeGreaterThan(3)
  expect(slow.length).toBe(quick.length)
  for (const [nth, run] of quick.entries()) {
    expect(Math.abs(run.fromMs - (slow[nth]?.fromMs ?? 0))).toBeLessThan(5100)
    expect(Math.abs(run.toMs - (slow[nth]?.toMs ?? 0))).toBeLessThan(5100)
  }
}, 60_000)

it('no seed lets a guest run past the first second of a return', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const spans = makeDays(seed, 14)
    const runs = runGleaner({ spans, endMs: 14 * dayMs, random: new SeededRandom(seed) })
    const outcome = measureRuns(spans, runs)
    expect(outcome.beyondLimitMs).toBe(0)
    expect(outcome.slowestMs).toBeLessThan(1000)
    expect(outcome.lentMs).toBeGreaterThan(4 * dayMs)
  }
}, 60_000)

it('days are the same for the same seed, in order, and of a kind one knows', () => {
  const days = makeDays(7, 28)
  expect(makeDays(7, 28)).toEqual(days)
  expect(makeDays(8, 28)).not.toEqual(days)
  for (const [nth, span] of days.entries()) {
    expect(span.toMs).toBeGreaterThan(span.fromMs)
    if (nth > 0) expect(span.fromMs).toBeGreaterThanOrEqual(days[nth - 1]?.fromMs ?? 0)
  }
  const activeMs = days
    .filter(({ source }) => source !== 'load')
    .reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  expect(activeMs / dayMs).toBeGreaterThan(0.5)
  expect(activeMs / dayMs).toBeLessThan(8)
})
