// Brings evicted instances back when there is room: those that rest by a proposal to start or resume them, those that were
// deleted by making them anew. What the plan and the journal say of each is followed here until it runs.
import { backingOff, planReturns, type Return } from '@gleaner/engine'
import {
  type Candidate,
  type Eviction,
  type InstanceId,
  type JournalEntry,
  describeError,
  endsInstance,
  isError,
  type Verdict,
} from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { removeNotice } from './saga/tell-victim.ts'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'
import type { EvictionOffers } from './offers.ts'
import { roomWorldNow } from './room-world-now.ts'

export class Returns {
  readonly #runtime: Runtime
  readonly #offers: EvictionOffers

  constructor(runtime: Runtime, offers: EvictionOffers) {
    this.#runtime = runtime
    this.#offers = offers
  }

  async run(fence: Fence, signal: AbortSignal): Promise<void> {
    const { evictions, clouds } = this.#runtime
    const candidates: Candidate[] = []
    for (const eviction of evictions.onTheirWayBack()) await this.#followStart(fence, eviction)
    for (const cloudId of clouds.keys()) {
      const own = evictions.onTheirWayBack().filter((eviction) => eviction.cloudId === cloudId)
      if (own.length === 0) continue
      const { world } = roomWorldNow(this.#runtime, cloudId)
      if (world === undefined) continue
      const planned = await evictions.planning.run(async () => planReturns(own, world))
      for (const each of planned) {
        if (each.kind === 'wake') candidates.push(each.candidate)
        await this.#settle(each, { fence, signal })
      }
    }
    this.#offers.returns = candidates
  }

  async #settle(
    each: Return,
    { fence, signal }: { readonly fence: Fence; readonly signal: AbortSignal },
  ): Promise<void> {
    const { eviction } = each
    switch (each.kind) {
      case 'wait':
        if (isNews(eviction.verdict, each.verdict)) await this.#follow(fence, eviction, { verdict: each.verdict })
        return
      case 'wake':
        return
      case 'create':
        return this.#create(each, { fence, signal })
      case 'ended':
        await this.#follow(fence, eviction, {
          state: each.state,
          verdict: each.verdict,
          returnedAs: each.state === 'returned' ? (eviction.returnedAs ?? eviction.instanceId) : undefined,
        })
        await this.#clean(eviction, signal)
    }
  }

  /** A start that is under way, or has ended otherwise than well. */
  async #followStart(fence: Fence, eviction: Eviction): Promise<void> {
    if (endsInstance(eviction.action)) return
    const entry = await this.#lastStart(eviction)
    if (entry === undefined) return
    if (entry.state === 'intended' || entry.state === 'accepted') {
      if (eviction.state !== 'returning')
        await this.#follow(fence, eviction, {
          state: 'returning',
          verdict: {
            code: 'in-flight',
            sentence: `${eviction.name} is on its way back.`,
            facts: { journal: entry.id },
          },
        })
      return
    }
    if (eviction.state !== 'returning') return
    if (entry.state === 'done') {
      const verdict: Verdict = {
        code: 'came-back',
        sentence: `${eviction.name} runs again.`,
        facts: { journal: entry.id },
      }
      await this.#follow(fence, eviction, { state: 'returned', verdict, returnedAs: eviction.instanceId })
      await this.#clean(eviction, AbortSignal.timeout(cloudCallTimeoutMs))
      return
    }
    await this.#backOff(fence, eviction, `${entry.action} ${entry.state}: ${entry.outcome ?? 'no reason given'}`)
  }

  async #lastStart({ instanceId, evictedAtMs }: Eviction): Promise<JournalEntry | undefined> {
    const { store } = this.#runtime
    const { items } = await store.journal.list({ instanceId, fromMs: evictedAtMs }, { limit: 10, offset: 0 })
    return items.find(
      ({ action, capability }) => capability === 'preemption' && (action === 'start' || action === 'resume'),
    )
  }

  async #create(
    { eviction, hostId }: Extract<Return, { kind: 'create' }>,
    { fence, signal }: { readonly fence: Fence; readonly signal: AbortSignal },
  ): Promise<void> {
    const { state, clouds } = this.#runtime
    const mode = state.modes.preemption
    const mayAct = mode === 'enforce' || mode === 'advise' || eviction.kind === 'test'
    if (state.killSwitch !== undefined || !mayAct) return
    const creation = clouds.get(eviction.cloudId)?.creation
    if (creation === undefined) {
      const sentence = `${eviction.cloudId} cannot create instances.`
      await this.#follow(fence, eviction, {
        state: 'stayed-away',
        verdict: { code: 'action-unsupported', sentence, facts: {} },
      })
      return
    }
    // Written before it is called: the key makes the call safe to repeat, the state tells that it may have been made.
    await this.#follow(fence, eviction, { verdict: { code: 'room-again', sentence: 'It is made anew.', facts: {} } })
    const { name, projectId, flavor, tags, vcpus, memoryMiB, diskGiB, id } = eviction
    try {
      const returnedAs = await creation.create(
        {
          name,
          projectId,
          hostId,
          flavor,
          firmness: 'preemptible',
          tags,
          vcpus,
          memoryMiB,
          diskGiB,
          idempotencyKey: `return:${id}:${eviction.notBeforeMs}`,
        },
        AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)]),
      )
      const verdict: Verdict = { code: 'in-flight', sentence: `It comes back as ${returnedAs}.`, facts: { returnedAs } }
      await this.#follow(fence, eviction, { state: 'returning', verdict, returnedAs })
    } catch (error) {
      if (!isError(error) || error.kind === 'unavailable' || error.kind === 'broken') throw error
      await this.#backOff(fence, eviction, describeError(error))
    }
  }

  async #backOff(fence: Fence, eviction: Eviction, why: string): Promise<void> {
    const { clock, config } = this.#runtime
    const waitMs = config.preemption.backOffMs
    const verdict = backingOff(eviction.times, waitMs)
    await this.#follow(fence, eviction, {
      state: 'waiting',
      notBeforeMs: clock.nowMs() + waitMs,
      verdict: { ...verdict, sentence: `It could not come back (${why}). ${verdict.sentence}` },
    })
  }

  async #follow(fence: Fence, eviction: Eviction, change: Partial<Eviction>): Promise<void> {
    const updatedAtMs = this.#runtime.clock.nowMs()
    await this.#runtime.evictions.follow(fence, { ...eviction, ...change, updatedAtMs })
  }

  /** The notice at the instance is of the past. */
  async #clean({ cloudId, instanceId }: { cloudId: Eviction['cloudId']; instanceId: InstanceId }, signal: AbortSignal) {
    const cloud = this.#runtime.clouds.get(cloudId)
    if (cloud === undefined) return
    const limited = AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)])
    await removeNotice(cloud, instanceId, limited).catch(() => {})
  }
}

/** Told as it is now; what only counts down, or names what it comes back as, stands as it was told first. */
function isNews(before: Verdict, now: Verdict): boolean {
  if (before.code !== now.code) return true
  return (now.code === 'no-room-yet' || now.code === 'host-awaited') && before.sentence !== now.sentence
}
