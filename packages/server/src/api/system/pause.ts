// The pause of everything, and its end.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { pauseView } from './pause-view.ts'

export const pause: Handler<typeof endpoints.pause> = async ({ app, body, caller }) =>
  pauseView(await app.commands.pause(body.reason ?? '', caller))

export const unpause: Handler<typeof endpoints.unpause> = ({ app, caller }) => app.commands.unpause(caller)
