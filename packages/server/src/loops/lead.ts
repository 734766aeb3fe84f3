// Holds or seeks leadership. Exactly one replica on a database leads: it decides, acts and writes; the others only read
// and follow. The lock is held by a connection; when that breaks, leadership is over at once. Everything the leader
// remembers of earlier decisions is read anew from the store by `decide` when the term changes.
import type { Runtime } from '../runtime.ts'
import { Loop } from './loop.ts'

export const leadershipScope = 'main'

export interface LeadLoop {
  readonly loop: Loop
  /** Gives leadership back, so that another replica need not wait for the connection to break. */
  release(): Promise<void>
}

export function leadLoop(runtime: Runtime): LeadLoop {
  const { store, state, clock, replica } = runtime
  let release: (() => Promise<void>) | undefined
  const loop = new Loop({
    name: 'lead',
    periodMs: 2000 * clock.speed,
    clock,
    onError: (error) => {
      state.storeReachable = false
      void runtime.problems.reportError('leadership', error)
    },
    run: async () => {
      if (state.fence === undefined) {
        const won = await store.leadership.tryLead(leadershipScope, replica)
        if (won !== undefined) {
          release = won.release
          state.fence = won.fence
          won.lost.addEventListener('abort', () => {
            if (state.fence?.term === won.fence.term) state.fence = undefined
            runtime.log.warn({ term: won.fence.term }, 'leadership is lost')
            runtime.hub.tell('status')
            loop.wake()
          })
          runtime.log.info({ term: won.fence.term }, 'this replica leads')
          runtime.wake('leases', 'decide', 'watch')
        }
      }
      const leader = await store.leadership.current(leadershipScope)
      if (leader?.holder !== state.leader?.holder || leader?.term !== state.leader?.term) runtime.hub.tell('status')
      state.leader = leader
      await runtime.problems.settle('leadership')
      return state.fence === undefined ? `follows ${leader?.holder ?? 'nobody'}` : `leads, term ${state.fence.term}`
    },
  })
  return {
    loop,
    release: async () => {
      state.fence = undefined
      await release?.()
    },
  }
}
