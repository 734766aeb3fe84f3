// Writes the windows that have changed, so that a restart finds them: a share of them in every run, the ones that waited
// longest first. Only the leader writes. The state of simulated clouds is saved by every replica, in its own directory.
import type { Runtime } from '../runtime.ts'
import { saveSimulated } from '../startup/simulated-state.ts'
import { Loop } from './loop.ts'

const sliceSubjects = 1000

export function persistLoop(runtime: Runtime): Loop {
  const { clock } = runtime
  return new Loop({
    name: 'persist',
    // In real time: how much a crash may lose is a matter of the machine's time, not of a simulation's.
    periodMs: 60_000 * Math.min(clock.speed, 10),
    clock,
    delayed: true,
    onError: (error) => void runtime.problems.reportError('storing measurements', error),
    run: async (signal) => {
      const stored = await persistNow(runtime, signal)
      await runtime.problems.resolve('storing measurements', ['store-unavailable', 'store-full', 'internal'])
      return runtime.state.fence === undefined ? 'follows' : `${stored} windows stored`
    },
  })
}

export async function persistNow(runtime: Runtime, signal?: AbortSignal): Promise<number> {
  saveSimulated(runtime.clouds.values(), runtime.config.stateDirectory)
  if (runtime.state.fence === undefined) return 0
  let stored = 0
  for (;;) {
    if (signal?.aborted === true) return stored
    const dirty = runtime.telemetry.takeDirty(sliceSubjects)
    if (dirty.length === 0) return stored
    try {
      await runtime.store.telemetry.save(dirty)
    } catch (error) {
      runtime.telemetry.markDirty(dirty.map((blob) => blob.subject))
      throw error
    }
    stored += dirty.length
  }
}
