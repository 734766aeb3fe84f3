// Carries a decision to evict as far as it can go now. What is to be done next is the engine's (next-step.ts); here it is
// done, so that a process that dies at any point neither evicts twice, nor loses the request, nor leaves a claim behind:
//
//   1. the step is written to the decision, under the fence: a leader that was replaced can no longer write, and does not
//      call without having written;
//   2. the cloud is called; every call has the same effect once as twice (claims and creations by their id, labels by
//      their content);
//   3. what came of it is written.
// Whoever takes up the decision after a crash asks the engine again, which answers from what is stored and from what the
// cloud shows: the step is done again, or found done. Evictions themselves are not called here: they are proposals, carried
// out by the executor with its own journal.
import {
  checkEviction,
  fits,
  nextStep,
  planAnew,
  planEviction,
  type RoomWorld,
  type SagaSeen,
  type SagaStep,
} from '@gleaner/engine'
import { type EvictionDecision, GleanerError, isDecisionOpen, isGoing, type Verdict } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import type { DecideParts } from '../loops/decide.ts'
import { roomWorldNow } from '../preemption/room-world-now.ts'
import { createAnew, tellMade } from '../preemption/saga/create-anew.ts'
import { endHold, holdRoom } from '../preemption/saga/hold-room.ts'
import { type Outcome, SagaBook, type Work } from '../preemption/saga/saga-book.ts'
import { tell, untell } from '../preemption/saga/tell-victim.ts'
import { seeSaga } from '../preemption/see-saga.ts'
import type { Runtime } from '../runtime.ts'

/** More plans than this in vain mean that the cloud changes faster than anybody can plan. */
const mostPlans = 6
const mostSteps = 60

export class PreemptionSaga {
  readonly #runtime: Runtime
  readonly #book: SagaBook
  readonly #parts: Pick<DecideParts, 'refused'>

  constructor(runtime: Runtime, parts: Pick<DecideParts, 'refused'>) {
    this.#runtime = runtime
    this.#book = new SagaBook(runtime)
    this.#parts = parts
  }

  /** As far as it goes now; resolves with the decision as it stands then. */
  advance(fence: Fence, id: string, signal: AbortSignal): Promise<EvictionDecision | undefined> {
    const { evictions } = this.#runtime
    return evictions.exclusive(id, async () => {
      for (let count = 0; count < mostSteps; count++) {
        const decision = evictions.find(id)
        if (decision === undefined || !isDecisionOpen(decision) || signal.aborted) return decision
        const seen = await seeSaga(this.#runtime, this.#parts, decision)
        const step = nextStep(decision, seen)
        const outcome = await this.#take({ fence, decision, seen, signal }, step)
        if (outcome === 'again') continue
        if (outcome.waitsFor === 'reading') this.#runtime.wake(`observe:${decision.cloudId}`)
        return evictions.find(id)
      }
      return evictions.find(id)
    })
  }

  /** Changes the decision by what a person or a caller says; `change` sees it as it stands then. */
  amend(
    fence: Fence,
    id: string,
    change: (decision: EvictionDecision, seen: SagaSeen) => SagaStep | undefined,
  ): Promise<void> {
    const { evictions } = this.#runtime
    return evictions.exclusive(id, async () => {
      const decision = evictions.find(id)
      if (decision === undefined) throw new GleanerError('not-found', { object: `The decision ${id}` })
      const seen = await seeSaga(this.#runtime, this.#parts, decision)
      const step = change(decision, seen)
      if (step?.kind === 'become') await this.#book.save(fence, step.decision, [])
    })
  }

  async #take(work: Work, step: SagaStep): Promise<Outcome> {
    const { decision, fence } = work
    switch (step.kind) {
      case 'wait':
        return { waitsFor: this.#needsReading(work) ? 'reading' : 'others', untilMs: step.untilMs }
      case 'become':
        await this.#book.save(fence, step.decision, step.left)
        return 'again'
      case 'claim':
        return holdRoom(this.#book, work, step.claim)
      case 'end-claim':
        return endHold(this.#book, work, step)
      case 'tell':
        return tell(this.#book, work, step.victim)
      case 'untell':
        return untell(this.#book, work, step.victim)
      case 'plan':
        return this.#plan(work, step.because)
      case 'validate':
        return this.#withWorld(work, (world) => this.#validate(work, world))
      case 'verify':
        return this.#withWorld(work, (world) => this.#verify(work, world))
      case 'create':
        return createAnew(this.#book, work, step.placement)
      case 'tell-made':
        await tellMade(this.#book, work, step.instanceId)
        await this.#book.save(fence, {
          ...decision,
          recreation: decision.recreation && { ...decision.recreation, told: true },
        })
        return 'again'
    }
  }

  /** On a newer reading than the last plan: what failed then would fail again. */
  async #plan(work: Work, because: Verdict): Promise<Outcome> {
    const { decision, seen, fence } = work
    if (decision.wish === undefined) return this.#without(work, because)
    if (decision.attempt >= mostPlans) {
      const sentence = `It was planned ${decision.attempt} times without success; last: ${because.sentence}`
      return this.#book.undo(work, { code: 'too-many-plans', sentence, facts: { plans: decision.attempt } })
    }
    if (seen.reading === undefined || seen.reading.takenAtMs <= decision.basis.takenAtMs) return { waitsFor: 'reading' }
    const { wish } = decision
    return this.#runtime.evictions.planning.run(() =>
      this.#withWorld(work, async (world) => {
        const stays = new Set(
          decision.victims.filter(({ state }) => state === 'stayed').map(({ instanceId }) => instanceId),
        )
        const plan = planEviction({ world, wish, mayEvict: true, own: decision, stays })
        if (!plan.feasible)
          return this.#book.undo(work, {
            code: 'room-refused',
            sentence: `${because.sentence} ${plan.verdict?.sentence ?? ''}`.trim(),
            facts: { attempt: decision.attempt },
          })
        await this.#book.save(fence, planAnew(decision, plan, { world, because }))
        return 'again'
      }),
    )
  }

  /** Without a request the others go on; a test has nobody else. */
  async #without(work: Work, because: Verdict): Promise<Outcome> {
    const { decision, fence } = work
    if (decision.kind === 'test') return this.#book.undo(work, because)
    await this.#book.save(fence, { ...decision, planAgain: undefined })
    return 'again'
  }

  async #validate({ decision, fence, seen }: Work, world: RoomWorld): Promise<Outcome> {
    const check = checkEviction(decision, world)
    const basis = { version: world.snapshot.version, takenAtMs: world.snapshot.takenAtMs }
    if (check.kind === 'stands') {
      const count = decision.victims.filter(isGoing).length
      const verdict: Verdict = {
        code: 'passed',
        sentence: `Checked on a new reading: ${count === 1 ? 'one instance leaves' : `${count} instances leave`} now.`,
        facts: { version: basis.version },
      }
      await this.#book.save(fence, { ...decision, state: 'evicting', verdict, updatedAtMs: seen.nowMs })
    } else if (check.kind === 'elsewhere')
      await this.#book.save(fence, planAnew(decision, check.plan, { world, because: check.because }))
    else await this.#book.save(fence, { ...decision, planAgain: check.because })
    return 'again'
  }

  async #verify({ decision, fence, seen }: Work, world: RoomWorld): Promise<Outcome> {
    if (!fits(decision, world)) {
      const name = decision.wish?.name ?? 'the request'
      const sentence = `The room for ${name} is not there, although everybody has left.`
      await this.#book.save(fence, { ...decision, planAgain: { code: 'room-lost', sentence, facts: {} } })
      return 'again'
    }
    const { recreation } = decision
    const state = recreation === undefined ? 'held' : 'placing'
    const sentence = `The room for ${decision.wish?.name ?? 'the request'} is empty and held.`
    await this.#book.save(fence, {
      ...decision,
      state,
      verdict: { code: 'room-held', sentence, facts: {} },
      updatedAtMs: seen.nowMs,
      heldUntilMs: seen.nowMs + seen.holdMs,
    })
    return 'again'
  }

  async #withWorld(work: Work, then: (world: RoomWorld) => Promise<Outcome>): Promise<Outcome> {
    const { world } = roomWorldNow(this.#runtime, work.decision.cloudId)
    return world === undefined ? { waitsFor: 'reading' } : then(world)
  }

  #needsReading({ decision, seen }: Work): boolean {
    if (decision.state === 'freed') return true
    if (decision.state !== 'reserved') return false
    return decision.victims.every(
      ({ instanceId, ...victim }) =>
        !isGoing(victim) || (seen.victims.get(instanceId)?.proposal?.dueAtMs ?? Number.POSITIVE_INFINITY) <= seen.nowMs,
    )
  }
}
