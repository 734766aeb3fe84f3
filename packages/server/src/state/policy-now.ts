// The policy in force: the configured limits with the modes and the pause of this moment.
import type { Policy } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'

export function policyNow(runtime: Pick<Runtime, 'config' | 'state'>): Policy {
  const { config, state } = runtime
  return { ...config.policy, modes: state.modes, killSwitch: state.killSwitch, projects: state.projectTerms }
}
