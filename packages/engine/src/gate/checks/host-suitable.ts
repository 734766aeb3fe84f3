// The step can begin in the state the host is in, changes something, and the cloud can do it. Whether a host sells at all is
// the cloud's affair: where no scheduler sells there is no ratio to set, and a desktop belongs to who sits in front of it.
import { type HostState, type HostStepKind, isHostStep } from '@gleaner/model'
import { isHostStepReached } from '../../action/host-step-reached.ts'
import { verbOf } from '../../text/step-words.ts'
import type { Check } from './check.ts'

const startsIn: Readonly<Record<HostStepKind, readonly HostState[]>> = {
  'raise-ratio': ['up'],
  'lower-ratio': ['up', 'disabled', 'maintenance'],
  close: ['up'],
  open: ['disabled'],
  // Only what is closed: nothing may be placed on it while it goes down.
  sleep: ['disabled'],
  wake: ['asleep', 'down'],
}

export const hostSuitable: Check = ({ proposal, world, host }) => {
  const { action, setting, capability } = proposal
  if (host === undefined || !isHostStep(action)) return undefined
  const facts = { state: host.state, action }
  if (isHostStepReached(host, { action, setting }))
    return { code: 'already-there', sentence: `${host.name} is as ${action} would make it already.`, facts }
  // Only for its own user is anything done to a desktop.
  const isOthers = host.kind !== 'hypervisor' && capability !== 'opportunism'
  if (isOthers || !startsIn[action].includes(host.state))
    return {
      code: 'state-not-suitable',
      sentence: `${host.name} is ${isOthers ? 'a desktop' : host.state}; ${action} cannot begin there.`,
      facts,
    }
  const sells =
    (setting?.coreRatio === undefined || host.coreRatio !== undefined) &&
    (setting?.memoryRatio === undefined || host.memoryRatio !== undefined)
  if (sells && world.supports.get(host.cloudId)?.has(action) === true) return undefined
  return {
    code: 'action-unsupported',
    sentence: `The cloud ${host.cloudId} cannot ${verbOf(action)} ${host.name}.`,
    facts: { ...facts, cloud: host.cloudId },
  }
}
