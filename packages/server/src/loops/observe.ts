// Reads one cloud into a new snapshot. A reading that fails leaves the last one in place, which then grows too old to act
// upon; a reading with gaps is kept and shown, and acted upon by nothing.
import { type Snapshot, freezeSnapshot } from '@gleaner/engine'
import { type CloudId, GleanerError } from '@gleaner/model'
import type { Cloud } from '@gleaner/ports'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'
import { tellUnknownProjects } from '../problems/tell-unknown-projects.ts'
import { Loop } from './loop.ts'

export function observeLoop(runtime: Runtime, cloud: Cloud): Loop {
  const { state, clock, config } = runtime
  let version = 0
  const subject = `cloud ${cloud.id}`
  const keep = (cloudId: CloudId, snapshot: Snapshot | undefined, fault: string | undefined) => {
    state.clouds.set(cloudId, { cloudId, snapshot, fault, attemptedAtMs: clock.nowMs() })
    runtime.hub.tell('inventory')
  }
  return new Loop({
    name: `observe:${cloud.id}`,
    periodMs: config.periods.observeMs,
    // A busy cloud tells of something all the time; it is not read without a pause.
    leastRestMs: Math.min(config.periods.observeMs, 5000 * clock.speed) / 2,
    clock,
    onError: (error) => {
      keep(cloud.id, state.clouds.get(cloud.id)?.snapshot, error instanceof Error ? error.message : 'failed')
      void runtime.problems.reportError(subject, error)
    },
    run: async (signal) => {
      const takenAtMs = clock.nowMs()
      // A database that is away for a while keeps no cloud unread: which hosts are desktops is as it was known last.
      const known = runtime.lending.refresh().catch(() => undefined)
      const read = await readWithin(cloud, signal)
      await known
      const inventory = { ...read, hosts: runtime.lending.asDesktops(read.hosts) }
      version = Math.max(version + 1, state.clouds.get(cloud.id)?.snapshot?.version ?? 0)
      const previous = state.clouds.get(cloud.id)?.snapshot
      const snapshot = freezeSnapshot(inventory, { cloudId: cloud.id, version, takenAtMs }, previous)
      keep(cloud.id, snapshot, undefined)
      await runtime.problems.settle(subject, ['snapshot-partial'])
      await reportGaps(runtime, subject, snapshot)
      await tellUnknownProjects(runtime)
      runtime.wake('decide', 'energy', 'back-fill')
      const partial = snapshot.gaps.length > 0 ? `, ${snapshot.gaps.length} gaps` : ''
      return `${snapshot.hosts.length} hosts, ${snapshot.instances.length} instances${partial}`
    },
  })
}

async function readWithin(cloud: Cloud, signal: AbortSignal) {
  const timeout = AbortSignal.timeout(cloudCallTimeoutMs)
  try {
    return await cloud.observe(AbortSignal.any([signal, timeout]))
  } catch (error) {
    if (!timeout.aborted || signal.aborted) throw error
    const detail = `the reading took longer than ${cloudCallTimeoutMs / 1000} s`
    throw new GleanerError('cloud-unavailable', { cloud: cloud.id, detail }, { cause: error })
  }
}

async function reportGaps(runtime: Runtime, subject: string, snapshot: Snapshot): Promise<void> {
  const first = snapshot.gaps[0]
  if (first === undefined) return runtime.problems.resolve(subject, 'snapshot-partial')
  const more = snapshot.gaps.length > 1 ? ` and ${snapshot.gaps.length - 1} more gaps` : ''
  await runtime.problems.report({
    code: 'snapshot-partial',
    severity: 'warning',
    subject,
    sentence: `${snapshot.cloudId} could be read only in part: ${first.scope}: ${first.reason}${more}.`,
    remedy: 'Nothing in this cloud is acted upon until it can be read whole. Check the part that is named.',
  })
}
