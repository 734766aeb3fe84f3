// Whether a host is as a step on it would make it. Ratios come back from clouds as they were rounded there, so a
// thousandth is no difference.
import type { Host, HostStepKind, StepSetting } from '@gleaner/model'

const ratioTolerance = 1e-3

export interface HostStepAim {
  readonly action: HostStepKind
  readonly setting: StepSetting | undefined
}

export function isHostStepReached(host: Host, { action, setting }: HostStepAim): boolean {
  switch (action) {
    case 'raise-ratio':
    case 'lower-ratio':
      return isSameRatio(host.coreRatio, setting?.coreRatio) && isSameRatio(host.memoryRatio, setting?.memoryRatio)
    case 'close':
      return host.state === 'disabled' || host.state === 'maintenance'
    case 'open':
      return host.state === 'up'
    case 'sleep':
      return host.state === 'asleep'
    case 'wake':
      return host.state === 'up' || host.state === 'disabled' || host.state === 'maintenance'
  }
}

/** What is not to be set counts as reached. */
export function isSameRatio(seen: number | undefined, wanted: number | undefined): boolean {
  return wanted === undefined || (seen !== undefined && Math.abs(seen - wanted) <= ratioTolerance)
}
