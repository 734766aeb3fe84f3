// What guests say about their memory, and what is lent from them: every sample period of all guests of clouds that can tell, so
// that the plan can wish for some of it; every few seconds of those that memory is lent from, so that it goes back in time.
// Loans are read from the store each time: nothing that must not be lost is kept here.
import { cloudOf, type GuestMemory, type InstanceId, type MemoryLoan } from '@gleaner/model'
import type { Cloud, GuestMemoryReading } from '@gleaner/ports'
import { LoanReturns, lentFrom } from '../oversubscription/returns.ts'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'
import { Loop } from './loop.ts'

export function balloonLoop(runtime: Runtime): Loop {
  const { state, clock, config, store, problems } = runtime
  const { mode, lookMs } = config.oversubscription.ballooning
  const returns = new LoanReturns(runtime)
  let allReadAtMs: number | undefined
  return new Loop({
    name: 'balloon',
    periodMs: Math.min(lookMs * clock.speed, config.periods.observeMs),
    clock,
    onError: (error) => void problems.reportError('ballooning', error),
    run: async (signal) => {
      const loans = await store.journal.loans()
      state.loans = loans
      const { fence } = state
      if (fence === undefined) return 'follows'
      const nowMs = clock.nowMs()
      const isWanted = mode !== 'off' && state.modes.oversubscription !== 'off'
      const all = isWanted && !(allReadAtMs !== undefined && nowMs - allReadAtMs < config.periods.sampleMs)
      if (all) allReadAtMs = nowMs
      const unheard = await readMemories({ runtime, loans, all, signal })
      const begun = await returns.run(fence, { loans, unheard }, signal)
      await problems.settle('ballooning')
      if (begun > 0) {
        state.loans = await store.journal.loans()
        runtime.wake('watch')
      }
      return `${loans.length} guests lend memory, ${begun} given back`
    },
  })
}

interface Reading {
  readonly runtime: Runtime
  readonly loans: readonly MemoryLoan[]
  readonly all: boolean
  readonly signal: AbortSignal
}

/**
 * Answers with the guests that memory is lent from and of which a cloud that did answer said nothing: a guest that is just being
 * worked on is left out now and then, as is one that stopped. What was known of them stays, as of the guests of a cloud that
 * did not answer, and soon is too old to rely upon.
 */
async function readMemories({ runtime, loans, all, signal }: Reading): Promise<ReadonlySet<InstanceId>> {
  const { clouds, state, problems } = runtime
  const lent = lentFrom(loans)
  const unheard = new Set<InstanceId>()
  await Promise.all(
    [...clouds.values()].map(async (cloud) => {
      const { guestMemory } = cloud
      if (guestMemory === undefined) return
      const mine = loans.filter(({ entry }) => entry.cloudId === cloud.id).map(({ instanceId }) => instanceId)
      if (!all && mine.length === 0) return
      const subject = `memory of the guests of ${cloud.id}`
      try {
        const limited = AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)])
        const memories = await guestMemory.read(all ? 'all' : mine, limited)
        for (const id of mine) if (!memories.has(id)) unheard.add(id)
        keep(state.guestMemory, memories)
        await problems.settle(subject)
      } catch (error) {
        if (!signal.aborted) await problems.reportError(subject, error)
      }
    }),
  )
  if (all) forgetGone(runtime, lent)
  return unheard
}

/** Who is not in the answer stays as last heard: what was said grows old by itself, and whoever looks at it sees how old it is. */
function keep(known: Map<InstanceId, GuestMemory>, memories: Awaited<ReturnType<GuestMemoryReading['read']>>): void {
  for (const [id, memory] of memories) known.set(id, memory)
}

/** Guests that no cloud has any more. */
function forgetGone({ state }: Runtime, lent: ReadonlySet<InstanceId>): void {
  for (const id of state.guestMemory.keys()) {
    const snapshot = state.clouds.get(cloudOf(id))?.snapshot
    if (snapshot !== undefined && !snapshot.instanceById.has(id) && !lent.has(id)) state.guestMemory.delete(id)
  }
}

/** Whether anything could be lent on one of these clouds at all. */
export function canLendMemory(clouds: Iterable<Cloud>): boolean {
  return [...clouds].some(({ guestMemory }) => guestMemory !== undefined)
}
