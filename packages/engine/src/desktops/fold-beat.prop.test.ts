// Each change counts exactly once, over any mixture of beats that arrive, arrive late or not at all, and answers that are lost. The
// desktop of the test keeps its own books, from what happened and not from what was told.
import { type Desktop, type DesktopBeat, type LendingPhase, mayLend, type PhaseChange } from '@gleaner/model'
import { aVerdict, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldBeat } from './fold-beat.ts'
import { aDesktop } from './testing/a-desktop.ts'

const phases: readonly LendingPhase[] = ['in-use', 'quiet', 'grace', 'lendable', 'lent', 'reclaiming']
type Event =
  | { readonly kind: 'change'; readonly phase: LendingPhase; readonly afterMs: number; readonly step: number }
  /** What becomes of a beat: it and its answer arrive; the answer is lost; it is on its way for longer than the agent waits; it is lost. */
  | { readonly kind: 'beat'; readonly fate: 'answered' | 'answer-lost' | 'late' | 'lost' }
  /** One that was on its way arrives, when nobody waits for its answer any more. */
  | { readonly kind: 'arrival' }

const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      phase: fc.constantFrom(...phases),
      afterMs: fc.integer({ min: 1, max: 100_000 }),
      step: fc.integer({ min: 1, max: 1000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('beat' as const),
      fate: fc.constantFrom('answered' as const, 'answer-lost' as const, 'late' as const, 'lost' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'arrival' as const }) },
)

class Line {
  nowMs = testStartMs
  known: Desktop = {
    ...aDesktop('in-use'),
    sequence: 0,
    lastBeatMs: undefined,
    word: undefined,
    phaseSinceMs: undefined,
  }
  readonly counted: PhaseChange[] = []
  readonly happened: PhaseChange[] = []
  lentMs = 0
  interruptions = 0
  #kept: DesktopBeat['changes'] = []
  readonly #onItsWay: DesktopBeat[] = []
  #number = 0
  #sequence = 0

  change(phase: LendingPhase, afterMs: number, step: number): void {
    const last = this.happened.at(-1)
    if (last?.phase === phase) return
    this.nowMs += afterMs
    if (last?.phase === 'lent') {
      this.lentMs += this.nowMs - last.atMs
      if (!mayLend(phase)) this.interruptions++
    }
    this.#number += step
    const change = { atMs: this.nowMs, phase, verdict: aVerdict({ sentence: phase }) }
    this.happened.push(change)
    this.#kept = [...this.#kept, { ...change, number: this.#number }]
  }

  beat(fate: Extract<Event, { kind: 'beat' }>['fate']): void {
    const { phase, verdict, atMs } = this.happened.at(-1) ?? { phase: 'in-use', verdict: aVerdict(), atMs: this.nowMs }
    const beat: DesktopBeat = {
      sequence: ++this.#sequence,
      word: { phase, verdict, guests: { running: 0, paused: 0 }, slowestPauseMs: 0, version: '1' },
      phaseSinceMs: atMs,
      changes: this.#kept,
      lostChanges: 0,
    }
    if (fate === 'late') this.#onItsWay.push(beat)
    if (fate === 'late' || fate === 'lost') return
    const taken = this.#hear(beat)
    if (fate === 'answered') this.#kept = this.#kept.filter(({ number = 0 }) => number > taken)
  }

  arrival(): void {
    const beat = this.#onItsWay.shift()
    if (beat !== undefined) this.#hear(beat)
  }

  #hear(beat: DesktopBeat): number {
    // As the store does it: a beat counts only with a larger sequence.
    if (beat.sequence > this.known.sequence) {
      const folded = foldBeat(this.known, beat, { nowMs: this.nowMs, contractMs: 1e12 })
      this.known = folded.desktop
      this.counted.push(...folded.changes)
    }
    return this.known.changesTaken
  }
}

test('whatever is lost on the way, each change counts once, with its time', () => {
  fc.assert(
    fc.property(fc.array(events, { maxLength: 60 }), (all) => {
      const line = new Line()
      line.change('in-use', 1, 1)
      for (const event of all) {
        if (event.kind === 'change') line.change(event.phase, event.afterMs, event.step)
        else if (event.kind === 'beat') line.beat(event.fate)
        else line.arrival()
      }
      line.beat('answered')
      expect(line.counted).toEqual(line.happened)
      expect(line.known).toMatchObject({ lentMs: line.lentMs, interruptions: line.interruptions })
    }),
    { numRuns: 1000 },
  )
})
