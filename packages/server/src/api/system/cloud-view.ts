// A cloud as the status shows it. unreachable: the last reading failed; starting: not read yet; partial: it has gaps;
// stale: older than what may be acted upon; fresh: none of these.
import type { CloudView } from '@gleaner/model'
import type { Cloud } from '@gleaner/ports'
import type { Application } from '../../application.ts'
import type { CloudState } from '../../state/live-state.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'

export function cloudView(cloud: Cloud, app: Application): CloudView {
  const state = app.state.clouds.get(cloud.id)
  const snapshot = state?.snapshot
  return {
    id: cloud.id,
    kind: cloud.kind,
    address: cloud.address,
    state: cloudStateName(state, app),
    ...only('takenAt', snapshot === undefined ? undefined : timeText(snapshot.takenAtMs)),
    version: snapshot?.version ?? 0,
    hosts: snapshot?.hosts.length ?? 0,
    instances: snapshot?.instances.length ?? 0,
    runningInstances: snapshot?.instances.filter((instance) => instance.state === 'running').length ?? 0,
    projects: snapshot?.projects.length ?? 0,
    gaps: [
      ...(state?.fault === undefined ? [] : [{ scope: 'last reading', reason: state.fault }]),
      ...(snapshot?.gaps ?? []).map(({ scope, reason }) => ({ scope, reason })),
    ],
    actions: cloud.actions.map(({ action, meaning, givesBack }) => ({ action, meaning, givesBack: { ...givesBack } })),
  }
}

export function cloudStateName(state: CloudState | undefined, app: Application): CloudView['state'] {
  if (state?.fault !== undefined) return 'unreachable'
  if (state?.snapshot === undefined) return 'starting'
  if (state.snapshot.gaps.length > 0) return 'partial'
  const ageMs = app.clock.nowMs() - state.snapshot.takenAtMs
  return ageMs > app.config.policy.snapshotMaxAgeMs ? 'stale' : 'fresh'
}
