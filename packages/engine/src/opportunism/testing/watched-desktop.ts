// A desktop in virtual time: a person types, guests run as long as they may, and every look is judged. What the guests do is
// decided here, from the answers alone, so that what they did beyond what was allowed can be counted.
import type { ClockReading } from '../clock-break.ts'
import { type DesktopAnswer, judgeDesktop } from '../judge-desktop.ts'
import { type LendingMemory, newLendingMemory } from '../lending-memory.ts'
import { defaultLending, type LendingPolicy, type MonitorRule } from '../lending-policy.ts'
import type { OwnerWish } from '../owner-wish.ts'
import type { Reading, ReadingState } from '../reading.ts'

export const minuteMs = 60_000

export function rule(monitor: string, how: Partial<MonitorRule> = {}): MonitorRule {
  return {
    monitor,
    code: 'user-input',
    startAfterMs: 15 * minuteMs,
    continueAfterMs: 5 * minuteMs,
    suspendAfterMs: 0,
    staleAfterMs: 5000,
    presence: true,
    ...how,
  }
}

export function policyOf(rules: readonly MonitorRule[], how: Partial<LendingPolicy> = {}): LendingPolicy {
  return { ...defaultLending, rules, ...how }
}

export class WatchedDesktop {
  clocks: ClockReading
  memory: LendingMemory
  guests = { running: 0, paused: 0 }
  wish: OwnerWish | undefined
  locked = false
  contractUntilMs = Number.POSITIVE_INFINITY
  answer: DesktopAnswer | undefined
  readonly states = new Map<string, ReadingState | 'silent'>()

  readonly policy: LendingPolicy

  constructor(policy: LendingPolicy, clocks: ClockReading = { monoMs: 1000, bootMs: 1000, wallMs: 1_790_000_000_000 }) {
    this.policy = policy
    this.clocks = clocks
    this.memory = newLendingMemory(clocks)
  }

  /** One look after so much time; guests do at once what they are told. */
  look(afterMs = 1000): DesktopAnswer {
    const { monoMs, bootMs, wallMs } = this.clocks
    this.clocks = { monoMs: monoMs + afterMs, bootMs: bootMs + afterMs, wallMs: wallMs + afterMs }
    return this.judge()
  }

  judge(): DesktopAnswer {
    const answer = judgeDesktop(this.policy, this.memory, {
      clocks: this.clocks,
      readings: this.readings(),
      guests: this.guests,
      wish: this.wish,
      locked: this.locked,
      contractUntilMs: this.contractUntilMs,
    })
    this.memory = answer.memory
    this.answer = answer
    const all = this.guests.running + this.guests.paused
    this.guests = answer.mayRun ? { running: all, paused: 0 } : { running: 0, paused: all }
    return answer
  }

  /** Looks every second for so long. */
  stay(durationMs: number, everyMs = 1000): DesktopAnswer {
    let answer = this.look(everyMs)
    for (let passed = everyMs; passed < durationMs; passed += everyMs) answer = this.look(everyMs)
    return answer
  }

  /** The monitor sees something in the next look only. */
  touch(monitor: string): DesktopAnswer {
    this.states.set(monitor, 'active')
    const answer = this.look()
    this.states.set(monitor, 'idle')
    return answer
  }

  private readings(): readonly Reading[] {
    return this.policy.rules.flatMap(({ monitor }) => {
      const state = this.states.get(monitor) ?? 'idle'
      return state === 'silent'
        ? []
        : [{ monitor, state, readAtMs: this.clocks.monoMs, detail: `it is ${state}`, facts: {} }]
    })
  }
}
