// A person's command on an instance. Members may bring back what is theirs; taking something away, and shrinking, is for
// operators.
import { GleanerError, type endpoints, roleAllows } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { journalView } from '../view/journal-view.ts'

const membersActions: readonly string[] = ['resume', 'start']

export const actOnInstance: Handler<typeof endpoints.actOnInstance> = async (call) => {
  const { app, body, caller } = call
  const world = call.world()
  const instance = world.instance(call.params.id, call.sight.sees)
  if (!membersActions.includes(body.action) && !roleAllows(caller.role, 'operator'))
    throw new GleanerError('forbidden', { role: caller.role, needed: 'operator' })
  const order = { action: body.action, reason: body.reason ?? '' }
  return journalView(await app.commands.act(instance.id, order, caller), world)
}
