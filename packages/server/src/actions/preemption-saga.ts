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
  evictionHorizonMs,
  fits,
  makeEviction,
  nextStep,
  noticeText,
  planAnew,
  planEviction,
  type RoomWorld,
  type SagaSeen,
  type SagaStep,
  undo,
} from '@gleaner/engine'
import {
  type DecisionClaim,
  type DecisionStep,
  type DecisionVictim,
  describeError,
  type Eviction,
  type EvictionDecision,
  GleanerError,
  type InstanceId,
  isDecisionOpen,
  isError,
  isGoing,
  type RoomPlacement,
  type Verdict,
} from '@gleaner/model'
import type { Cloud, Fence } from '@gleaner/ports'
import { newId } from '../ids/new-id.ts'
import type { DecideParts } from '../loops/decide.ts'
import { roomWorldNow } from '../preemption/room-world-now.ts'
import { seeSaga } from '../preemption/see-saga.ts'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'

/** More plans than this in vain mean that the cloud changes faster than anybody can plan. */
const mostPlans = 6
/** A label that the cloud does not take so often is done without: the notice in Gleaner's own list counts. */
const mostLabelTries = 3
const mostSteps = 60
const keptSteps = 200

/** What of a step remains to be waited for; `again` when the next can be taken at once. */
type Outcome = 'again' | { readonly waitsFor: 'reading' | 'cloud' | 'others'; readonly untilMs?: number | undefined }

export class PreemptionSaga {
  readonly #runtime: Runtime
  readonly #parts: Pick<DecideParts, 'refused'>

  constructor(runtime: Runtime, parts: Pick<DecideParts, 'refused'>) {
    this.#runtime = runtime
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
      if (step?.kind === 'become') await this.#save(fence, step.decision, [])
    })
  }

  async #take(work: Work, step: SagaStep): Promise<Outcome> {
    const { decision, fence } = work
    switch (step.kind) {
      case 'wait':
        return { waitsFor: this.#needsReading(work) ? 'reading' : 'others', untilMs: step.untilMs }
      case 'become':
        await this.#save(fence, step.decision, step.left)
        return 'again'
      case 'claim':
        return this.#claim(work, step.claim)
      case 'end-claim':
        return this.#endClaim(work, step.claim, step.backTo)
      case 'tell':
        return this.#tell(work, step.victim)
      case 'untell':
        return this.#untell(work, step.victim)
      case 'plan':
        return this.#plan(work, step.because)
      case 'validate':
        return this.#withWorld(work, (world) => this.#validate(work, world))
      case 'verify':
        return this.#withWorld(work, (world) => this.#verify(work, world))
      case 'create':
        return this.#create(work, step.placement)
      case 'tell-made':
        await this.#tellMade(work, step.instanceId)
        await this.#save(fence, {
          ...decision,
          recreation: decision.recreation && { ...decision.recreation, told: true },
        })
        return 'again'
    }
  }

  async #claim(work: Work, claim: DecisionClaim): Promise<Outcome> {
    const { decision, signal } = work
    const host = this.#hostName(decision, claim.hostId)
    const noted = await this.#note(work, `hold ${claim.vcpus} vcpus and ${claim.memoryMiB} MiB on ${host}`)
    const { claimId, hostId, from, vcpus, memoryMiB, diskGiB } = claim
    try {
      await this.#cloudOf(decision).claims?.claim({ claimId, hostId, from, vcpus, memoryMiB, diskGiB }, limited(signal))
    } catch (error) {
      if (isPassing(error)) return this.#later(noted, error)
      // Nothing was changed: somebody was faster, or a victim is no longer what it was.
      const because: Verdict = {
        code: 'room-lost',
        sentence: `The room on ${host} could not be held: ${describeError(error)}`,
        facts: { host },
      }
      const claims = noted.claims.map((each) =>
        each.claimId === claimId ? { ...each, state: 'ended' as const } : each,
      )
      await this.#save(work.fence, ended({ ...noted, claims, planAgain: because }, describeError(error)))
      return 'again'
    }
    await this.#save(work.fence, ended({ ...noted, claims: withClaim(noted, claimId, 'held') }, 'held'))
    return 'again'
  }

  async #endClaim(work: Work, claim: DecisionClaim, backTo: readonly InstanceId[]): Promise<Outcome> {
    const { decision, signal } = work
    const host = this.#hostName(decision, claim.hostId)
    const what = backTo.length === 0 ? `release the room on ${host}` : `give the room on ${host} back`
    const noted = await this.#note(work, what)
    const claims = this.#cloudOf(decision).claims
    let outcome = 'done'
    try {
      if (backTo.length > 0) await claims?.giveBack(claim.claimId, backTo, limited(signal))
      else await claims?.release(claim.claimId, limited(signal))
    } catch (error) {
      if (isPassing(error)) return this.#later(noted, error)
      if (!isError(error, 'cloud-not-found')) {
        await this.#runtime.problems.reportError(`room held on ${host}`, error)
        if (backTo.length > 0) await claims?.release(claim.claimId, limited(signal)).catch(() => {})
      }
      outcome = describeError(error)
    }
    await this.#save(work.fence, ended({ ...noted, claims: withClaim(noted, claim.claimId, 'ended') }, outcome))
    return 'again'
  }

  async #tell(work: Work, victim: DecisionVictim): Promise<Outcome> {
    const { decision, signal, seen } = work
    const { labels } = this.#cloudOf(decision)
    const told = (from: EvictionDecision, labelled: boolean) =>
      withVictim(from, victim.instanceId, { state: 'told', toldAtMs: seen.nowMs, labelled })
    if (labels === undefined) {
      await this.#save(work.fence, told(decision, false))
      return 'again'
    }
    const noted = await this.#note(work, `tell ${victim.name} in the cloud`)
    const hostName = this.#hostName(decision, victim.hostId)
    const atMs = seen.nowMs + victim.noticeMs
    const entries = {
      [noticeKey]: noticeText(decision, { action: victim.action, noticeMs: victim.noticeMs, hostName }),
      [noticeTimeKey]: new Date(atMs).toISOString(),
    }
    try {
      await labels.setMetadata(victim.instanceId, entries, limited(signal))
    } catch (error) {
      const tries = noted.steps.filter(({ what }) => what === `tell ${victim.name} in the cloud`).length
      if (isPassing(error) && tries < mostLabelTries) return this.#later(noted, error)
      if (!isError(error, 'cloud-not-found'))
        await this.#runtime.problems.reportError(`notice to ${victim.name}`, error)
      await this.#save(work.fence, ended(told(noted, false), describeError(error)))
      return 'again'
    }
    await this.#save(work.fence, ended(told(noted, true), 'done'))
    return 'again'
  }

  /** A label that stays behind harms nobody: it is tried once per run, and given up when the cloud refuses. */
  async #untell(work: Work, victim: DecisionVictim): Promise<Outcome> {
    const noted = await this.#note(work, `take the notice off ${victim.name}`)
    let outcome = 'done'
    try {
      await removeNotice(this.#cloudOf(work.decision), victim.instanceId, limited(work.signal))
    } catch (error) {
      outcome = describeError(error)
    }
    await this.#save(work.fence, ended(withVictim(noted, victim.instanceId, { labelled: false }), outcome))
    return 'again'
  }

  /** On a newer reading than the last plan: what failed then would fail again. */
  async #plan(work: Work, because: Verdict): Promise<Outcome> {
    const { decision, seen, fence } = work
    if (decision.wish === undefined) return this.#without(work, because)
    if (decision.attempt >= mostPlans) {
      const sentence = `It was planned ${decision.attempt} times without success; last: ${because.sentence}`
      return this.#undo(work, { code: 'too-many-plans', sentence, facts: { plans: decision.attempt } })
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
          return this.#undo(work, {
            code: 'room-refused',
            sentence: `${because.sentence} ${plan.verdict?.sentence ?? ''}`.trim(),
            facts: { attempt: decision.attempt },
          })
        await this.#save(fence, planAnew(decision, plan, { world, because }))
        return 'again'
      }),
    )
  }

  /** Without a request the others go on; a test has nobody else. */
  async #without(work: Work, because: Verdict): Promise<Outcome> {
    const { decision, fence } = work
    if (decision.kind === 'test') return this.#undo(work, because)
    await this.#save(fence, { ...decision, planAgain: undefined })
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
      await this.#save(fence, { ...decision, state: 'evicting', verdict, updatedAtMs: seen.nowMs })
    } else if (check.kind === 'elsewhere')
      await this.#save(fence, planAnew(decision, check.plan, { world, because: check.because }))
    else await this.#save(fence, { ...decision, planAgain: check.because })
    return 'again'
  }

  async #verify({ decision, fence, seen }: Work, world: RoomWorld): Promise<Outcome> {
    if (!fits(decision, world)) {
      const name = decision.wish?.name ?? 'the request'
      const sentence = `The room for ${name} is not there, although everybody has left.`
      await this.#save(fence, { ...decision, planAgain: { code: 'room-lost', sentence, facts: {} } })
      return 'again'
    }
    const { recreation } = decision
    const state = recreation === undefined ? 'held' : 'placing'
    const sentence = `The room for ${decision.wish?.name ?? 'the request'} is empty and held.`
    await this.#save(fence, {
      ...decision,
      state,
      verdict: { code: 'room-held', sentence, facts: {} },
      updatedAtMs: seen.nowMs,
      heldUntilMs: seen.nowMs + seen.holdMs,
    })
    return 'again'
  }

  async #create(work: Work, { hostId, index }: RoomPlacement): Promise<Outcome> {
    const { decision, signal, fence } = work
    const { wish, recreation } = decision
    const { creation } = this.#cloudOf(decision)
    if (wish === undefined || recreation === undefined || creation === undefined) {
      const sentence = `${decision.cloudId} cannot create instances.`
      return this.#undo(work, { code: 'action-unsupported', sentence, facts: {} })
    }
    const host = this.#hostName(decision, hostId)
    const noted = await this.#note(work, `create ${wish.name} on ${host}`)
    try {
      const newId = await creation.create(
        {
          name: wish.name,
          projectId: wish.projectId,
          hostId,
          flavor: wish.flavor,
          firmness: wish.firmness,
          tags: recreation.tags,
          native: recreation.native,
          vcpus: wish.vcpus,
          memoryMiB: wish.memoryMiB,
          diskGiB: wish.diskGiB,
          // Another plan is another host: what was tried before must not be found done.
          idempotencyKey: `${decision.id}:${decision.attempt}:${index}`,
        },
        limited(signal),
      )
      await this.#save(fence, ended({ ...noted, recreation: { ...recreation, newId } }, newId))
      return 'again'
    } catch (error) {
      if (isPassing(error)) return this.#later(noted, error)
      const sentence = `${wish.name} could not be created on ${host}: ${describeError(error)}`
      if (isError(error, 'cloud-conflict', 'cloud-capacity')) {
        await this.#save(
          fence,
          ended({ ...noted, planAgain: { code: 'room-lost', sentence, facts: { host } } }, sentence),
        )
        return 'again'
      }
      await this.#save(fence, ended(noted, sentence))
      return this.#undo({ ...work, decision: ended(noted, sentence) }, { code: 'room-lost', sentence, facts: { host } })
    }
  }

  /** The new id is told where its owner looks: at the old one, at the new one, and by event. */
  async #tellMade({ decision, signal }: Work, instanceId: InstanceId): Promise<void> {
    const { recreation } = decision
    if (recreation === undefined) return
    const { labels } = this.#cloudOf(decision)
    const replaced = recreation.instanceId
    try {
      await labels?.setMetadata(instanceId, { [replacesKey]: nativeId(replaced) }, limited(signal))
      await labels?.setMetadata(replaced, { [replacedByKey]: nativeId(instanceId) }, limited(signal))
    } catch (error) {
      this.#runtime.log.warn({ err: error, decision: decision.id }, 'the new id could not be told in the cloud')
    }
    this.#runtime.hub.tell('eviction', { decision: decision.id, replaced, by: instanceId })
    this.#runtime.log.info(
      { decision: decision.id, replaced, by: instanceId },
      `${decision.wish?.name ?? ''} made anew`,
    )
  }

  async #undo(work: Work, verdict: Verdict): Promise<Outcome> {
    const step = undo(work.decision, work.seen, { endsAs: 'failed', verdict })
    if (step.kind === 'become') await this.#save(work.fence, { ...step.decision, planAgain: undefined })
    return 'again'
  }

  async #withWorld(work: Work, then: (world: RoomWorld) => Promise<Outcome>): Promise<Outcome> {
    const { world } = roomWorldNow(this.#runtime, work.decision.cloudId)
    return world === undefined ? { waitsFor: 'reading' } : then(world)
  }

  /** Written before the call. */
  async #note({ decision, fence, seen }: Work, what: string): Promise<EvictionDecision> {
    const steps: readonly DecisionStep[] = [...decision.steps, { atMs: seen.nowMs, what, outcome: undefined }]
    const noted = { ...decision, steps: steps.slice(-keptSteps) }
    await this.#save(fence, noted)
    return noted
  }

  /** The cloud does not answer: the next run is the retry, whatever became of this call. */
  async #later(noted: EvictionDecision, error: unknown): Promise<Outcome> {
    await this.#runtime.problems.reportError(`room on ${noted.cloudId}`, error)
    return { waitsFor: 'cloud' }
  }

  async #save(fence: Fence, decision: EvictionDecision, left: readonly InstanceId[] = []): Promise<void> {
    const { evictions, clock } = this.#runtime
    const nowMs = clock.nowMs()
    const noted = left.flatMap((id) => this.#evictionOf(decision, id) ?? [])
    await evictions.save(fence, { ...decision, updatedAtMs: nowMs }, noted)
    for (const { name, reason } of noted)
      this.#runtime.log.info({ decision: decision.id, instance: name }, `evicted: ${reason.sentence}`)
    if (decision.state === 'failed' || decision.state === 'cancelled') await this.#bringBackFirst(fence, decision)
    if (!isDecisionOpen(decision)) this.#runtime.wake('preempt')
  }

  #evictionOf(decision: EvictionDecision, id: InstanceId): Eviction | undefined {
    const { clock, config, evictions } = this.#runtime
    const victim = decision.victims.find(({ instanceId }) => instanceId === id)
    if (victim === undefined) return undefined
    const nowMs = clock.nowMs()
    const fromMs = nowMs - evictionHorizonMs(config.preemption)
    return makeEviction(decision, victim, {
      id: newId('evi', nowMs),
      nowMs,
      hostName: this.#hostName(decision, victim.hostId),
      policy: config.preemption,
      earlier: evictions.evictionsOf(decision.cloudId).filter(({ evictedAtMs }) => evictedAtMs >= fromMs),
    })
  }

  /** Who left for nothing need not wait. */
  async #bringBackFirst(fence: Fence, decision: EvictionDecision): Promise<void> {
    const { evictions, clock } = this.#runtime
    const nowMs = clock.nowMs()
    for (const eviction of evictions.onTheirWayBack()) {
      if (eviction.decisionId !== decision.id || eviction.notBeforeMs <= nowMs) continue
      const sentence = 'It left for a request that came to nothing; it comes back as soon as there is room.'
      const verdict: Verdict = { code: 'no-room-yet', sentence, facts: { decision: decision.id } }
      await evictions.follow(fence, { ...eviction, notBeforeMs: nowMs, updatedAtMs: nowMs, verdict })
    }
  }

  #needsReading({ decision, seen }: Work): boolean {
    if (decision.state === 'freed') return true
    if (decision.state !== 'reserved') return false
    return decision.victims.every(
      ({ instanceId, ...victim }) =>
        !isGoing(victim) || (seen.victims.get(instanceId)?.proposal?.dueAtMs ?? Number.POSITIVE_INFINITY) <= seen.nowMs,
    )
  }

  #cloudOf({ cloudId }: EvictionDecision): Cloud {
    const cloud = this.#runtime.clouds.get(cloudId)
    if (cloud === undefined) throw new GleanerError('not-found', { object: `cloud ${cloudId}` })
    return cloud
  }

  #hostName({ cloudId }: EvictionDecision, hostId: DecisionClaim['hostId']): string {
    return this.#runtime.state.clouds.get(cloudId)?.snapshot?.hostById.get(hostId)?.name ?? hostId
  }
}

interface Work {
  readonly fence: Fence
  readonly decision: EvictionDecision
  readonly seen: SagaSeen
  readonly signal: AbortSignal
}

const noticeKey = 'gleaner-eviction'
const noticeTimeKey = 'gleaner-eviction-not-before'
const replacesKey = 'gleaner-replaces'
const replacedByKey = 'gleaner-replaced-by'

export async function removeNotice(cloud: Cloud, instanceId: InstanceId, signal: AbortSignal): Promise<void> {
  await cloud.labels?.setMetadata(instanceId, { [noticeKey]: undefined, [noticeTimeKey]: undefined }, signal)
}

function limited(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)])
}

/** It may be better the next time, and whether the call got through is unknown. */
function isPassing(error: unknown): boolean {
  return !isError(error) || error.kind === 'unavailable' || error.kind === 'broken'
}

/** What came of the last step. */
function ended(decision: EvictionDecision, outcome: string): EvictionDecision {
  const last = decision.steps.at(-1)
  return last === undefined ? decision : { ...decision, steps: [...decision.steps.slice(0, -1), { ...last, outcome }] }
}

function withClaim(decision: EvictionDecision, id: string, state: DecisionClaim['state']): readonly DecisionClaim[] {
  return decision.claims.map((claim) => (claim.claimId === id ? { ...claim, state } : claim))
}

function withVictim(decision: EvictionDecision, id: InstanceId, change: Partial<DecisionVictim>): EvictionDecision {
  const victims = decision.victims.map((victim) => (victim.instanceId === id ? { ...victim, ...change } : victim))
  return { ...decision, victims }
}

function nativeId(id: InstanceId): string {
  return id.slice(id.indexOf(':') + 1)
}
