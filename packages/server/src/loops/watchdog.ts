// Watches the others: a loop that has missed three periods, and a store that does not answer, become problems.
import type { Runtime } from '../runtime.ts'
import { Loop, type LoopStatus } from './loop.ts'

export function watchdogLoop(runtime: Runtime, others: () => readonly LoopStatus[]): Loop {
  const { store, state, clock, problems } = runtime
  return new Loop({
    name: 'watchdog',
    periodMs: 15_000 * clock.speed,
    clock,
    onError: (error) => {
      state.storeReachable = false
      state.storeFault = error instanceof Error ? error.message : 'failed'
      runtime.hub.tell('status')
      void problems.reportError('store', error)
    },
    run: async (signal) => {
      await store.ping(AbortSignal.any([signal, AbortSignal.timeout(5000)]))
      if (!state.storeReachable) runtime.hub.tell('status')
      state.storeReachable = true
      state.storeFault = undefined
      await problems.flush()
      await problems.settle('store')
      const late = others().filter((loop) => loop.late)
      for (const loop of others()) {
        const subject = `loop ${loop.name}`
        if (!loop.late) await problems.resolve(subject, 'loop-late')
        else {
          await problems.report({
            code: 'loop-late',
            severity: 'error',
            subject,
            sentence: `The loop ${loop.name} has not finished a run for more than three periods of ${loop.periodMs / 1000} s${loop.lastError === undefined ? '' : `; its last error was: ${loop.lastError}`}.`,
            remedy: 'See the log. If a cloud hangs, check it; if the machine is overloaded, lengthen the period.',
          })
        }
      }
      return late.length === 0 ? 'all loops are on time' : `${late.length} late`
    },
  })
}
