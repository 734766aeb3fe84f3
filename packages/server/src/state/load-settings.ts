// Brings modes, pause and the terms of projects from the store into memory: at start, after a change, and in every cycle, so that a change made
// through another replica is seen. The file wins over the store, the store over the default.
import { type Capability, type Mode, capabilities, modes } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'
import type { KillSwitch } from './live-state.ts'

export const killSwitchSetting = 'kill-switch'
export const modeSetting = (capability: Capability): string => `mode.${capability}`

export async function loadSettings(runtime: Runtime): Promise<void> {
  const { store, config, state } = runtime
  const settings = await store.settings.all()
  const apiModes: Partial<Record<Capability, Mode>> = {}
  const inForce: Record<Capability, Mode> = { ...config.policy.modes }
  for (const capability of capabilities) {
    const stored = settings.get(modeSetting(capability))
    if (isMode(stored)) {
      apiModes[capability] = stored
      inForce[capability] = stored
    }
    inForce[capability] = config.fileModes[capability] ?? inForce[capability]
  }
  state.apiModes = apiModes
  state.modes = inForce
  const killSwitch = settings.get(killSwitchSetting)
  state.killSwitch = isKillSwitch(killSwitch) ? killSwitch : undefined
  state.projectTerms = await store.projectTerms.all()
}

function isMode(value: unknown): value is Mode {
  return typeof value === 'string' && (modes as readonly string[]).includes(value)
}

/** Anything that stands there pauses: a row nobody can read must not switch the pause off. */
function isKillSwitch(value: unknown): value is KillSwitch {
  return typeof value === 'object' && value !== null
}
