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
      await runtime.problems.settle('storing measurements')
      return runtime.state.fence === undefined ? 'follows' : `${stored} windows stored`
    },
  })
}

export async function persistNow(runtime: Runtime, signal?: AbortSignal): Promise<number> {
  saveSimulated(runtime.clouds.values(), runtime.config.stateDirectory)
  if (runtime.state.fence === undefined) return 0
  const { telemetry, store } = runtime
  let stored = 0
  for (;;) {
    if (signal?.aborted === true) return stored
    const slots = telemetry.dirtySlots(sliceSubjects)
    if (slots.length === 0) return stored
    const blobs = slots.flatMap((slot) => {
      const subject = telemetry.subjectOf(slot)
      const bytes = telemetry.dump(slot)
      return subject === undefined || bytes === undefined
        ? []
        : [{ slot, revision: telemetry.revision(slot), subject, bytes }]
    })
    await store.telemetry.save(blobs)
    for (const { slot, revision } of blobs) telemetry.markSaved(slot, revision)
    stored += blobs.length
  }
}
