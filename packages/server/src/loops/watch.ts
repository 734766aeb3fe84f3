// Looks at every open action until it has ended, however it began: also those a former leader left behind.
import type { JournalEntry } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'
import { concludeMissed } from '../notices/conclude-actions.ts'
import { Loop } from './loop.ts'

export interface WatchHooks {
  /** Called once for each entry that has ended. */
  ended(entry: JournalEntry): Promise<void>
}

export function watchLoop(runtime: Runtime, hooks: WatchHooks): Loop {
  const { store, state, clock, executor } = runtime
  let term: number | undefined
  return new Loop({
    name: 'watch',
    periodMs: Math.min(5000 * clock.speed, runtime.config.periods.observeMs),
    clock,
    onError: (error) => void runtime.problems.reportError('watching actions', error),
    run: async (signal) => {
      const { fence } = state
      if (fence === undefined) {
        state.openActions = await store.journal.open()
        return 'follows'
      }
      if (fence.term !== term) await concludeMissed(runtime, fence)
      term = fence.term
      const open = await store.journal.open()
      state.openActions = open
      let ended = 0
      for (const entry of open) {
        if (signal.aborted) break
        try {
          const now = await executor.pursue(fence, entry, signal)
          await runtime.problems.settle(`action on ${entry.targetName}`)
          if (now.finishedAtMs === undefined) continue
          ended++
          await hooks.ended(now)
        } catch (error) {
          // What has ended meanwhile is looked through once more: somebody may not have been told.
          term = undefined
          await runtime.problems.reportError(`action on ${entry.targetName}`, error)
        }
      }
      await runtime.problems.settle('watching actions')
      if (ended > 0) state.openActions = await store.journal.open()
      return `${open.length} open, ${ended} ended`
    },
  })
}
