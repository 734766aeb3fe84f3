// One look at the guests that memory is lent from: who gets it back, and the steps that do it. Everything about it is written
// to be late for nobody: what the clouds say is asked directly and not taken from the last reading, an own step that still
// waits for the guest to leave memory is cut short, and one guest's trouble keeps no other waiting.
import {
  effectiveMode,
  giveBack,
  isActiveHold,
  openGateWorld,
  passGate,
  PressureWatch,
  pressureStep,
  type ReturnCause,
  indexSupports,
} from '@gleaner/engine'
import { cloudOf, type GuestMemory, type InstanceId, type JournalEntry, type MemoryLoan, noYield } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import type { Order } from '../actions/executor.ts'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'
import { policyNow } from '../state/policy-now.ts'
import { readSnapshots } from '../state/read-snapshots.ts'

/** Between two steps for the same loan, when the first did not succeed. */
const retryMs = 10_000

export interface Looked {
  readonly loans: readonly MemoryLoan[]
  /** Guests that an answer of their cloud left out. */
  readonly unheard: ReadonlySet<InstanceId>
}

export class LoanReturns {
  readonly #runtime: Runtime
  readonly #watch = new PressureWatch()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** How many steps were begun. */
  async run(fence: Fence, { loans, unheard }: Looked, signal: AbortSignal): Promise<number> {
    this.#watch.keepOnly(loans)
    if (loans.length === 0) return 0
    const open = await this.#runtime.store.journal.open()
    const begun = await Promise.all(
      loans.map(async (loan) => {
        const subject = `memory lent from ${loan.entry.targetName}`
        try {
          const isBegun = await this.#look({ fence, loan, open, isUnheard: unheard.has(loan.instanceId), signal })
          await this.#runtime.problems.settle(subject)
          return isBegun
        } catch (error) {
          if (!signal.aborted) await this.#runtime.problems.reportError(subject, error)
          return false
        }
      }),
    )
    return begun.filter(Boolean).length
  }

  async #look(looking: Looking): Promise<boolean> {
    const { loan } = looking
    if (this.#isUnderWay(loan)) return false
    const { state } = this.#runtime
    const memory = state.guestMemory.get(loan.instanceId)
    if (memory === undefined || looking.isUnheard) {
      const gone = await this.#whereNothingIsOwed(looking)
      if (gone !== undefined) return this.#record(looking, gone)
      if (await this.#isAsleep(looking)) return false
    }
    const because = this.#because(loan, memory)
    return because === undefined ? false : this.#begin(looking, because)
  }

  #because(loan: MemoryLoan, memory: GuestMemory | undefined): ReturnCause | undefined {
    const { clock, config } = this.#runtime
    const nowMs = clock.nowMs()
    const { pressure } = config.oversubscription.ballooning
    // Just lent, and not heard of since this process looks: it is still spoken to.
    const sinceMs = nowMs - loan.entry.intendedAtMs
    if (memory === undefined && sinceMs >= 0 && sinceMs < pressure.silentMs) return undefined
    const session = this.#watch.see(loan, memory, nowMs)
    const isAllowed = this.#isAllowed(loan)
    const guest = { memory, usualMiB: Number.NaN, session, lastEndedAtMs: undefined, isAllowed }
    const answer = pressureStep(guest, { nowMs, options: pressure })
    return answer.kind === 'give-back' ? answer.because : undefined
  }

  /** A step to give it back waits for its end, or for the next try. */
  #isUnderWay({ lastReturn }: MemoryLoan): boolean {
    if (lastReturn === undefined) return false
    const { clock } = this.#runtime
    const sinceMs = clock.nowMs() - (lastReturn.finishedAtMs ?? Number.POSITIVE_INFINITY)
    return sinceMs >= 0 ? sinceMs < retryMs : lastReturn.finishedAtMs === undefined
  }

  #isAllowed({ instanceId }: MemoryLoan): boolean {
    const { config, state, clock } = this.#runtime
    const { mode } = config.oversubscription.ballooning
    const effective = effectiveMode(
      { capability: 'oversubscription', claim: 'lending', mode, action: 'balloon' },
      policyNow(this.#runtime),
    )
    if (effective !== 'enforce' && effective !== 'advise') return false
    const instance = state.clouds.get(cloudOf(instanceId))?.snapshot?.instanceById.get(instanceId)
    if (instance?.protectedBy !== undefined) return false
    const nowMs = clock.nowMs()
    return !state.holds.some(
      (hold) => hold.instanceId === instanceId && hold.kind !== 'cool-down' && isActiveHold(hold, nowMs),
    )
  }

  /** Why there is nothing to give back; undefined when there is, or when nobody can tell. */
  async #whereNothingIsOwed(looking: Looking): Promise<string | undefined> {
    const look = await this.#lookAt(looking)
    if (look === undefined) return undefined
    if (look.instance === undefined) return 'the instance is no longer there'
    const { state } = look.instance
    return state === 'stopped' || state === 'shelved'
      ? `the instance is ${state}: it has all of its memory when it starts again`
      : undefined
  }

  /** Its memory is on a disk or stands still: it needs none now, and is asked again when it runs. */
  async #isAsleep(looking: Looking): Promise<boolean> {
    const state = (await this.#lookAt(looking))?.instance?.state
    return state === 'suspended' || state === 'paused'
  }

  async #lookAt({ loan, signal }: Looking) {
    const cloud = this.#runtime.clouds.get(loan.entry.cloudId)
    return cloud?.look(loan.instanceId, AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)]))
  }

  async #begin(looking: Looking, because: ReturnCause): Promise<boolean> {
    const { fence, loan, open, signal } = looking
    const { executor, log, clock } = this.#runtime
    const proposal = giveBack(loan, because, clock.nowMs())
    const waiting = open.find((entry) => entry.id === loan.entry.id)
    const rest = open.filter((entry) => entry !== waiting)
    const answer = passGate(this.#world(rest), proposal)
    if (!answer.passed) {
      log.info(
        { instance: loan.instanceId, code: answer.verdict.code },
        `memory not given back yet: ${answer.verdict.sentence}`,
      )
      return false
    }
    if (waiting !== undefined) {
      const outcome = `cut short: ${proposal.reason.sentence.replace(/\.$/, '')}`
      if (!(await executor.cutShort(fence, waiting, outcome))) return false
    }
    await executor.begin(fence, this.#order(loan, proposal.reason), signal)
    return true
  }

  async #record({ fence, loan, open }: Looking, outcome: string): Promise<boolean> {
    const { executor, clock } = this.#runtime
    const waiting = open.find((entry) => entry.id === loan.entry.id)
    if (waiting !== undefined && !(await executor.cutShort(fence, waiting, outcome))) return false
    await executor.record(fence, this.#order(loan, giveBack(loan, 'back-already', clock.nowMs()).reason), outcome)
    return true
  }

  #order(loan: MemoryLoan, reason: Order['reason']): Order {
    const { instanceId, entry } = loan
    const known = this.#runtime.state.clouds.get(entry.cloudId)?.snapshot?.instanceById.get(instanceId)
    const { cloudId, targetName: name, projectId, hostId } = entry
    return {
      proposalId: undefined,
      capability: 'oversubscription',
      action: 'return-memory',
      setting: undefined,
      on: { instance: known ?? { cloudId, id: instanceId, name, projectId, hostId, state: 'unknown' } },
      cause: entry.cause,
      reason,
      gives: noYield,
      repays: entry.id,
    }
  }

  #world(journal: readonly JournalEntry[]) {
    const { clock, state, telemetry, clouds } = this.#runtime
    return openGateWorld({
      nowMs: clock.nowMs(),
      policy: policyNow(this.#runtime),
      snapshots: readSnapshots(state),
      usage: telemetry,
      supports: indexSupports(clouds.values()),
      holds: state.holds,
      journal,
      rules: [],
    })
  }
}

interface Looking {
  readonly fence: Fence
  readonly loan: MemoryLoan
  readonly open: readonly JournalEntry[]
  readonly isUnheard: boolean
  readonly signal: AbortSignal
}

/** Guests whose memory has to be known now. */
export function lentFrom(loans: readonly MemoryLoan[]): ReadonlySet<InstanceId> {
  return new Set(loans.map(({ instanceId }) => instanceId))
}
