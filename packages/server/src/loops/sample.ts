// Measures the usage of one cloud and keeps it in the windows. What is not measured stays a gap.
import type { Cloud } from '@gleaner/ports'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'
import { Loop } from './loop.ts'

export function sampleLoop(runtime: Runtime, cloud: Cloud): Loop {
  const { clock, config } = runtime
  const subject = `usage of cloud ${cloud.id}`
  return new Loop({
    name: `sample:${cloud.id}`,
    periodMs: config.periods.sampleMs,
    clock,
    onError: (error) => void runtime.problems.reportError(subject, error),
    run: async (signal) => {
      const batch = await cloud.sample(AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)]))
      const taken = runtime.telemetry.ingest(batch, clock.nowMs())
      await runtime.problems.settle(subject)
      return `${batch.subjects.length} samples, ${taken.accepted} taken`
    },
  })
}
