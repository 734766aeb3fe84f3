// Sees when somebody else changes what hosts are sold at, and leaves those hosts alone as long as after any person's action.
// Where the cloud itself says that a setting of its own overrides what Gleaner sets, that is a problem with the name of the
// setting: no ratio would last there.
import { detectRatioChanges, type KnownRatios, type Snapshot } from '@gleaner/engine'
import { type Host, type HostId, type JournalEntry, isHostStep } from '@gleaner/model'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'

export class RatioWatch {
  readonly #known = new Map<HostId, KnownRatios>()

  /** How many hosts somebody else changed since the last reading that was looked at. */
  async see(runtime: Runtime, snapshot: Snapshot, journal: readonly JournalEntry[]): Promise<number> {
    const { estimator, state, clock, store, config } = runtime
    if (state.modes.oversubscription === 'off') return 0
    const changes = detectRatioChanges({
      hosts: snapshot.hosts,
      known: (id) => this.#known.get(id) ?? fromEstimate(estimator.estimateOf(id)),
      journal,
    })
    for (const { host, before } of changes) {
      const because = await overriddenBy(runtime, host)
      await store.holds.add({
        instanceId: undefined,
        hostId: host.id,
        kind: 'person-acted',
        untilMs: clock.nowMs() + config.policy.personWinsMs,
        by: because === undefined ? 'a person' : 'the cloud',
        reason:
          because ??
          `Somebody changed what is sold of it from ${text(before)} to ${text(host)}; no step of Gleaner explains that.`,
        createdAtMs: clock.nowMs(),
      })
    }
    for (const { id, coreRatio, memoryRatio } of snapshot.hosts)
      this.#known.set(id, { coreRatio, memoryRatio, seenAtMs: snapshot.takenAtMs })
    if (snapshot.gaps.length === 0)
      for (const id of this.#known.keys())
        if (id.startsWith(`${snapshot.cloudId}:`) && !snapshot.hostById.has(id)) this.#known.delete(id)
    return changes.length
  }
}

/** From before a restart. */
function fromEstimate(estimate: ReturnType<Runtime['estimator']['estimateOf']>): KnownRatios | undefined {
  if (estimate === undefined) return undefined
  const { atMs, cores, memoryMiB } = estimate
  return { coreRatio: cores.ratioInForce, memoryRatio: memoryMiB.ratioInForce, seenAtMs: atMs }
}

function text({ coreRatio, memoryRatio }: Pick<Host, 'coreRatio' | 'memoryRatio'>): string {
  return `cores ${coreRatio ?? 'none'}, memory ${memoryRatio ?? 'none'}`
}

/** After a step on a ratio has ended, and when one changed by itself: whether it lasts. */
export async function checkOverridden(runtime: Runtime, entry: JournalEntry): Promise<void> {
  const { hostId, action, cloudId } = entry
  if (hostId === undefined || !isHostStep(action) || entry.setting === undefined) return
  const host = runtime.state.clouds.get(cloudId)?.snapshot?.hostById.get(hostId)
  if (host !== undefined) await overriddenBy(runtime, host)
}

const code = 'ratio-overridden'

async function overriddenBy(runtime: Runtime, host: Host): Promise<string | undefined> {
  const { ratioControl } = runtime.clouds.get(host.cloudId) ?? {}
  if (ratioControl === undefined) return undefined
  const subject = `host ${host.id}`
  const because = await ratioControl
    .overridden(host.id, AbortSignal.timeout(cloudCallTimeoutMs))
    .catch((error: unknown) => void runtime.problems.reportError(`ratios of ${host.name}`, error))
  if (because === undefined) {
    await runtime.problems.resolve(subject, code)
    return undefined
  }
  await runtime.problems.report({
    code,
    severity: 'warning',
    subject,
    sentence: `What is set to be sold of ${host.name} does not last: ${because}`,
    remedy:
      'Take the setting that is named out of the cloud’s configuration, or leave the mode of oversubscription at observe for now.',
  })
  return because
}
