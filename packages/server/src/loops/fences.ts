// Keeps the schedulers of the clouds from leased hosts. It is a loop of its own: a cloud that answers slowly keeps no lease
// from beginning or ending.
import type { Runtime } from '../runtime.ts'
import { Loop } from './loop.ts'

export function fencesLoop(runtime: Runtime): Loop {
  const { state, clock, problems, fences } = runtime
  return new Loop({
    name: 'fences',
    periodMs: 1000 * clock.speed,
    clock,
    onError: (error) => void problems.reportError('fences', error),
    run: async (signal) => {
      if (state.fence === undefined || !state.ready) return 'follows'
      const detail = await fences.run(state.fence, signal)
      await problems.settle('fences')
      return detail
    },
  })
}
