// Ends a hold before its time. Members may take back a keep, or the protection that a person's action brought, of their
// own instances; refusals by operators and cool-downs are for operators.
import { GleanerError, type InstanceId, type ProjectId, type endpoints, roleAllows } from '@gleaner/model'
import type { Handler } from '../handler.ts'

const membersHolds: readonly string[] = ['keep', 'person-acted']

export const releaseHold: Handler<typeof endpoints.releaseHold> = async ({ app, params, caller, sight, world }) => {
  if (!sight.all) {
    const hold = (await app.store.holds.active(app.clock.nowMs())).find(({ id }) => id === params.id)
    const projectId = hold === undefined ? undefined : projectOf(hold.instanceId, world().instanceById)
    if (hold === undefined || projectId === undefined || !sight.sees(projectId))
      throw new GleanerError('not-found', { object: `The hold "${params.id.slice(0, 100)}"` })
    if (!membersHolds.includes(hold.kind) && !roleAllows(caller.role, 'operator'))
      throw new GleanerError('forbidden', { role: caller.role, needed: 'operator' })
  }
  await app.commands.releaseHold(params.id, caller)
}

function projectOf(
  id: InstanceId | undefined,
  instanceById: ReadonlyMap<InstanceId, { readonly projectId: ProjectId }>,
): ProjectId | undefined {
  return id === undefined ? undefined : instanceById.get(id)?.projectId
}
