// The mode of a capability, and who rules it: the file, a setting made through the API, or the default.
import { type Capability, type ModeView, capabilities } from '@gleaner/model'
import type { Application } from '../../application.ts'

export function modeView(capability: Capability, { config, state }: Pick<Application, 'config' | 'state'>): ModeView {
  const inFile = config.fileModes[capability] !== undefined
  const inStore = state.apiModes[capability] !== undefined
  return {
    capability,
    mode: state.modes[capability],
    source: inFile ? 'file' : inStore ? 'api' : 'default',
  }
}

export function modeViews(app: Pick<Application, 'config' | 'state'>): ModeView[] {
  return capabilities.map((capability) => modeView(capability, app))
}
