// Measures the usage of one cloud and keeps it in the windows, but for what a source measures that is preferred. What is not
// measured stays a gap. What agents of hosts have heard of guests counts where the cloud itself does not tell it. While the past is being filled in nothing is sampled (see the loop back-fill).
import type { Cloud } from '@gleaner/ports'
import { withAgentReports } from '../desktops/agent-reports.ts'
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
      if (runtime.state.backFilling.size > 0) return 'waits until the past is filled in'
      const measured = await cloud.sample(AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)]))
      const nowMs = clock.nowMs()
      const snapshot = runtime.state.clouds.get(cloud.id)?.snapshot
      const batch =
        snapshot === undefined
          ? measured
          : withAgentReports(measured, snapshot, await runtime.store.desktops.reports(nowMs))
      const taken = runtime.telemetry.ingest(runtime.owners.without(batch, cloud.id, nowMs), nowMs)
      if (config.sources.length > 0) runtime.owners.claim(batch, cloud.id, nowMs)
      await runtime.problems.settle(subject)
      return `${batch.subjects.length} samples, ${taken.accepted} taken`
    },
  })
}
