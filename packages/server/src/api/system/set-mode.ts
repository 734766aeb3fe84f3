// Sets how far a capability may go; the command refuses what the configuration file rules.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { modeView } from './mode-view.ts'

export const setMode: Handler<typeof endpoints.setMode> = async ({ app, params, body, caller }) => {
  await app.commands.setMode(params.capability, body.mode, caller)
  return modeView(params.capability, app)
}
