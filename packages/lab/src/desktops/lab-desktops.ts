// `gleaner lab desktops`: a made-up year of many desktops under four policies, one line each: what was gained, what was interrupted or
// lost, and how long guests ran beside a user. Every policy meets the same days.
import { GleanerError } from '@gleaner/model/errors'
import { type LabConsole, processConsole } from '../cli.ts'
import { SeededRandom } from '../generate/seeded-random.ts'
import { addOutcomes, type DeskOutcome, measureRuns, noOutcome } from './desk-outcome.ts'
import { documentedPolicies, runDocumented } from './documented-policies.ts'
import { dayMs, type DeskSpan, makeDays } from './make-days.ts'
import { runGleaner } from './run-gleaner.ts'

export interface LabDesktopsOptions {
  readonly desktops?: number
  readonly days?: number
  readonly seed?: number
  readonly signal?: AbortSignal
  readonly console?: LabConsole
}

/** Gives the exit code: 0 done, 1 stopped before the end. */
export function labDesktops(options: LabDesktopsOptions): number {
  const console = options.console ?? processConsole
  const desktops = whole('--desktops', options.desktops ?? 1000)
  const days = whole('--days', options.days ?? 364)
  const totals = new Map<string, DeskOutcome>(
    [...Object.keys(documentedPolicies), 'gleaner'].map((name) => [name, noOutcome]),
  )
  let awayMs = 0
  for (let desk = 0; desk < desktops; desk++) {
    if (options.signal?.aborted === true) return 1
    const seed = (options.seed ?? 1) * 1_000_003 + desk
    const spans = makeDays(seed, days)
    awayMs += days * dayMs - presentMs(spans)
    const endMs = days * dayMs
    for (const [name, policy] of Object.entries(documentedPolicies))
      add(totals, name, measureRuns(spans, runDocumented(policy, { spans, endMs, random: new SeededRandom(seed) })))
    add(totals, 'gleaner', measureRuns(spans, runGleaner({ spans, endMs, random: new SeededRandom(seed) })))
    if (console.isTerminal)
      console.progress(desk + 1 < desktops ? `\r  desktop ${desk + 1} of ${desktops}` : '\r\u001b[K')
  }
  const weeks = (desktops * days) / 7
  console.print(`${desktops} desktops, ${days} days; nobody active in ${hours(awayMs / weeks)} h of a desktop's week`)
  for (const [name, outcome] of totals) console.print(lineOf(name, outcome, { weeks, awayMs }))
  return 0
}

/** Minutes of reading between two bursts are no absence: pauses below a minute belong to the stay. */
function presentMs(spans: readonly DeskSpan[]): number {
  let sum = 0
  let endMs = Number.NEGATIVE_INFINITY
  for (const { source, fromMs, toMs } of spans) {
    if (source === 'load' || source === 'bump') continue
    sum += fromMs - endMs < 60_000 ? toMs - endMs : toMs - fromMs
    endMs = toMs
  }
  return sum
}

function lineOf(
  name: string,
  { lentMs, pauses, kills, besideUserMs, beyondLimitMs, slowestMs }: DeskOutcome,
  { weeks, awayMs }: { readonly weeks: number; readonly awayMs: number },
): string {
  return [
    `  ${name.padEnd(10)}`,
    `${hours(lentMs / weeks)} h lent a week`,
    `${((lentMs / awayMs) * 100).toFixed(1).padStart(5)} % of that`,
    `${(pauses / weeks).toFixed(2).padStart(6)} pauses`,
    `${(kills / weeks).toFixed(2).padStart(6)} killed`,
    `beside a user ${(besideUserMs / weeks / 1000).toFixed(2).padStart(8)} s`,
    `past 1 s ${(beyondLimitMs / weeks / 1000).toFixed(2).padStart(8)} s`,
    `slowest ${(slowestMs / 1000).toFixed(2)} s`,
  ].join('  ')
}

function hours(ms: number): string {
  return (ms / 3_600_000).toFixed(1).padStart(5)
}

function add(totals: Map<string, DeskOutcome>, name: string, outcome: DeskOutcome): void {
  totals.set(name, addOutcomes(totals.get(name) ?? noOutcome, outcome))
}

function whole(option: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value
  throw new GleanerError('lab-option', { option, value, detail: 'it must be a whole number above 0' })
}
