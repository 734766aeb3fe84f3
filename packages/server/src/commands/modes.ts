// Modes and the pause of everything. Both are settings in the store, so that every replica and every later start knows
// them; the pause takes effect in this process before it is written, because that is what a person in a hurry expects.
import { type Capability, GleanerError, type Mode } from '@gleaner/model'
import type { Caller } from '../application.ts'
import type { Runtime } from '../runtime.ts'
import type { KillSwitch } from '../state/live-state.ts'
import { killSwitchSetting, loadSettings, modeSetting } from '../state/load-settings.ts'
import { audit } from './audit.ts'

export async function setMode(
  runtime: Runtime,
  change: { readonly capability: Capability; readonly mode: Mode },
  caller: Caller,
): Promise<void> {
  const { capability, mode } = change
  const { config, store, state } = runtime
  if (config.fileModes[capability] !== undefined) {
    throw new GleanerError('read-only', {
      object: `the mode of ${capability}`,
      file: config.file ?? 'the configuration file',
    })
  }
  const before = state.modes[capability]
  await store.settings.set(modeSetting(capability), mode, { by: caller.name, nowMs: runtime.clock.nowMs() })
  await audit(runtime, caller, { what: 'set mode', object: capability, before, after: mode })
  await loadSettings(runtime)
  runtime.hub.tell('settings')
  runtime.wake('decide')
}

export async function pause(runtime: Runtime, reason: string, caller: Caller): Promise<KillSwitch> {
  const { state, store, clock } = runtime
  const killSwitch: KillSwitch = state.killSwitch ?? { by: caller.name, sinceMs: clock.nowMs(), reason }
  state.killSwitch = killSwitch
  await store.settings.set(killSwitchSetting, killSwitch, { by: caller.name, nowMs: clock.nowMs() })
  await audit(runtime, caller, { what: 'pause everything', object: 'gleaner', after: { reason } })
  runtime.hub.tell('settings')
  runtime.wake('decide')
  return killSwitch
}

export async function unpause(runtime: Runtime, caller: Caller): Promise<void> {
  const { state, store, clock } = runtime
  const before = state.killSwitch
  await store.settings.remove(killSwitchSetting, { by: caller.name, nowMs: clock.nowMs() })
  state.killSwitch = undefined
  await audit(runtime, caller, { what: 'go on', object: 'gleaner', before })
  runtime.hub.tell('settings')
  runtime.wake('decide')
}
