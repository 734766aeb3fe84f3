// One desktop under watch: asks each monitor when its time has come, judges, and does what follows on this machine alone: guests
// stand still at once when somebody is there, and those it paused itself go on when nobody is. Nobody else is asked.
//
// Guaranteed: every look ends, whatever a monitor or a guest does; a guest that could not be paused is tried again at every look; what
// is about to be paused is written down before, so that an agent that was killed knows after its start which guests are its own.
import {
  type ClockReading,
  type DesktopAnswer,
  judgeDesktop,
  type LendingMemory,
  type LendingPolicy,
  newLendingMemory,
  type OwnerWish,
  type Reading,
  wishStands,
} from '@gleaner/engine/opportunism'
import type { Guest } from '../guests/guest.ts'
import type { GuestList } from '../guests/guest-list.ts'
import { askMonitor, type Monitor } from '../monitors/monitor.ts'
import { haltAll, haltGuest, remember } from './halt-guest.ts'
import type { KeptState } from './kept-state.ts'

export interface DesktopWatchParts {
  readonly policy: LendingPolicy
  readonly monitors: readonly Monitor[]
  readonly guests: GuestList
  readonly kept: KeptState
  readonly clocks: () => ClockReading
  /** What is worth a line in the journal of the machine. */
  readonly say: (line: string) => void
  /** The user has to be told that the machine will soon be lent. */
  /** It is lendable after so long, unless somebody comes. */
  readonly warn: (leftMs: number) => void
  /** The phase is another than a look ago; at the first look it always is. */
  readonly changed: (answer: DesktopAnswer) => void
  /** Whether every session of whoever sits here is locked; absent: that is not to count. */
  readonly isLocked?: () => boolean
  /** Until when guests may be here without a further word of the control plane. */
  readonly contractUntilMs: () => number
}

/** How often guests stood still for somebody, and how long they ran, since the agent started. */
export interface WatchTotals {
  readonly lentMs: number
  readonly interruptions: number
  /** The longest time from the look that saw the user to the last guest standing still. */
  readonly slowestPauseMs: number
}

/** A timer may come a little early. */
const earlyMs = 20
const calmJudgeMs = 900

export class DesktopWatch {
  readonly #parts: DesktopWatchParts
  readonly #monitors: readonly Monitor[]
  readonly #readings = new Map<string, Reading>()
  readonly #busy = new Set<string>()
  /** What was told last of each guest that refuses: it is tried at every look, and told when it changes. */
  readonly #refusals = new Map<string, string>()
  #memory: LendingMemory
  #answer: DesktopAnswer | undefined
  #wish: OwnerWish | undefined
  #totals: WatchTotals = { lentMs: 0, interruptions: 0, slowestPauseMs: 0 }
  #reclaimingSinceMs: number | undefined

  constructor(parts: DesktopWatchParts) {
    this.#parts = parts
    this.#monitors = parts.monitors.toSorted((a, b) => a.everyMs - b.everyMs)
    const clocks = parts.clocks()
    this.#memory = newLendingMemory(clocks)
    this.#wish = parts.kept.wish(clocks)
    for (const monitor of this.#monitors) monitor.listen?.(() => this.#heard(monitor))
  }

  get answer(): DesktopAnswer | undefined {
    return this.#answer
  }

  get totals(): WatchTotals {
    return this.#totals
  }

  get wish(): OwnerWish | undefined {
    return this.#wish
  }

  get memory(): LendingMemory {
    return this.#memory
  }

  guests(): readonly Guest[] {
    return this.#parts.guests.all(this.#parts.clocks().monoMs)
  }

  /** The owner's word, kept over a restart; undefined takes it back. It counts also where it cannot be written down. */
  setWish(wish: OwnerWish | undefined): void {
    this.#wish = wish
    this.#keepWish()
    this.look()
  }

  /** The last word of an agent that ends: everything stands still. */
  async hold(): Promise<void> {
    await haltAll(this.guests(), this.#parts.kept, this.#parts.say)
  }

  /** What the timer does: asks who is due, and judges when somebody is there or a second has passed. */
  tick(): void {
    const clocks = this.#parts.clocks()
    const calm = this.#ask(clocks.monoMs)
    if (!calm || !(clocks.monoMs - this.#memory.clocks.monoMs < calmJudgeMs)) this.look()
  }

  look(): DesktopAnswer {
    const clocks = this.#parts.clocks()
    this.#ask(clocks.monoMs)
    return this.#judge(clocks)
  }

  /** A monitor has news: it alone is asked, and nobody else waits for an answer before guests stand still. */
  #heard(monitor: Monitor): void {
    const clocks = this.#parts.clocks()
    const reading = askMonitor(monitor, clocks.monoMs)
    this.#readings.set(monitor.rule.monitor, reading)
    if (reading.state !== 'idle') this.#judge(clocks)
  }

  #judge(clocks: ClockReading): DesktopAnswer {
    const guests = this.#parts.guests.all(clocks.monoMs)
    const states = guests.map((guest) => guest.state())
    const answer = judgeDesktop(this.#parts.policy, this.#memory, {
      clocks,
      readings: [...this.#readings.values()],
      guests: {
        running: states.filter((state) => state === 'running' || state === 'unknown').length,
        paused: states.filter((state) => state === 'paused').length,
      },
      wish: this.#wish,
      locked: this.#parts.isLocked?.() === true,
      contractUntilMs: this.#parts.contractUntilMs(),
    })
    this.#account(answer, clocks.monoMs)
    this.#tell(answer)
    this.#memory = answer.memory
    this.#answer = answer
    if (this.#wish !== undefined && !wishStands(this.#wish, clocks)) {
      this.#wish = undefined
      this.#keepWish()
    }
    if (answer.mayRun) this.#letGoOn(guests)
    else this.#stop(guests)
    return answer
  }

  #keepWish(): void {
    try {
      this.#parts.kept.setWish(this.#wish)
    } catch (error) {
      this.#parts.say(`what the owner wishes could not be written down: ${(error as Error).message}`)
    }
  }

  /** The quickest first. While guests run the first that sends them away is enough: the others are asked when they stand still. */
  #ask(nowMs: number): boolean {
    let calm = true
    for (const monitor of this.#monitors) {
      const { monitor: name } = monitor.rule
      const before = this.#readings.get(name)
      if (before !== undefined && nowMs - before.readAtMs < monitor.everyMs - earlyMs) continue
      const reading = askMonitor(monitor, nowMs)
      this.#readings.set(name, reading)
      if (reading.state === 'idle') continue
      calm = false
      if (this.#memory.phase === 'lent' && reading.state === 'active' && monitor.rule.suspendAfterMs === 0) break
    }
    return calm
  }

  #stop(guests: readonly Guest[]): void {
    for (const guest of guests) {
      const state = guest.state()
      if ((state === 'running' || state === 'unknown') && !this.#busy.has(guest.name))
        this.#act(guest, 'paused', () => haltGuest(guest, this.#parts.kept, this.#parts.say))
    }
  }

  #letGoOn(guests: readonly Guest[]): void {
    const { paused } = this.#parts.kept
    if (paused.size === 0) return
    const left = new Set(paused)
    for (const guest of guests) {
      if (!paused.has(guest.name) || this.#busy.has(guest.name)) continue
      if (guest.state() === 'paused') this.#act(guest, 'running', () => guest.resume())
      else if (guest.state() === 'running' || guest.state() === 'gone') left.delete(guest.name)
    }
    // What is not seen just now may be there again.
    if (this.#parts.guests.fault === undefined)
      for (const name of paused) if (!guests.some((guest) => guest.name === name)) left.delete(name)
    if (left.size !== paused.size) remember(this.#parts.kept, left, this.#parts.say)
  }

  #act(guest: Guest, aim: 'paused' | 'running', act: () => Promise<unknown>): void {
    this.#busy.add(guest.name)
    act()
      .then(
        () => {
          this.#refusals.delete(guest.name)
          this.#parts.say(`${guest.name}: ${guest.state()}`)
        },
        ({ message }: Error) => this.#sayRefusal(guest.name, `could not be ${aim}: ${message}`),
      )
      .finally(() => {
        this.#busy.delete(guest.name)
        if (aim === 'paused') this.#settled()
      })
  }

  #sayRefusal(name: string, words: string): void {
    if (this.#refusals.get(name) === words) return
    this.#refusals.set(name, words)
    this.#parts.say(`${name}: ${words}`)
  }

  #settled(): void {
    const { monoMs } = this.#parts.clocks()
    const still = this.#parts.guests
      .all(monoMs)
      .every((guest) => guest.state() === 'paused' || guest.state() === 'gone')
    if (!still || this.#reclaimingSinceMs === undefined) return
    const tookMs = monoMs - this.#reclaimingSinceMs
    this.#reclaimingSinceMs = undefined
    this.#totals = { ...this.#totals, slowestPauseMs: Math.max(this.#totals.slowestPauseMs, tookMs) }
  }

  #account(answer: DesktopAnswer, nowMs: number): void {
    const { lentMs, interruptions } = this.#totals
    const spanMs = Math.max(0, nowMs - this.#memory.clocks.monoMs)
    const stopped = this.#memory.phase === 'lent' && !answer.mayRun
    if (stopped) this.#reclaimingSinceMs = nowMs
    this.#totals = {
      ...this.#totals,
      lentMs: lentMs + (this.#memory.phase === 'lent' ? spanMs : 0),
      interruptions: interruptions + (stopped ? 1 : 0),
    }
  }

  #tell(answer: DesktopAnswer): void {
    if (answer.warn) this.#parts.warn(Math.max(0, ...answer.monitors.map(({ leftMs }) => leftMs)))
    if (answer.phase !== this.#memory.phase || this.#answer === undefined) this.#parts.changed(answer)
    if (answer.phase !== this.#memory.phase)
      this.#parts.say(`${answer.phase}: ${answer.verdict.sentence} (${answer.verdict.code})`)
  }
}
