// What the server knows before it has read anything: nothing, and that it may not act.
import type { Config } from '../config/config.ts'
import type { LiveState } from './live-state.ts'

export function emptyState(config: Config): LiveState {
  return {
    ready: false,
    starting: 'has not read anything yet',
    clouds: new Map(),
    sources: new Map(),
    backFilling: new Map(),
    plan: undefined,
    previousPlan: undefined,
    rules: [],
    ruleCounts: new Map(),
    modes: config.policy.modes,
    apiModes: {},
    killSwitch: undefined,
    holds: [],
    projectTerms: new Map(),
    proposals: new Map(),
    openActions: [],
    loans: [],
    guestMemory: new Map(),
    fence: undefined,
    leader: undefined,
    storeReachable: true,
    storeFault: undefined,
  }
}
