// What may be done about the preemption of one instance: its owner may try it, or give its room to the free; whoever takes
// room away from others, by making it firm or by leaving it out, has to be an operator.
import { GleanerError, type endpoints, roleAllows } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { decisionView } from '../view/decision-view.ts'

export const testEviction: Handler<typeof endpoints.testEviction> = async ({ app, params, caller, sight, world }) => {
  const index = world()
  const instance = index.instance(params.id, sight.sees)
  return decisionView(await app.commands.testEviction(instance.id, caller), index, sight)
}

export const setFirmness: Handler<typeof endpoints.setFirmness> = async ({
  app,
  params,
  body,
  caller,
  sight,
  world,
}) => {
  const instance = world().instance(params.id, sight.sees)
  if (body.firmness === 'firm' && !roleAllows(caller.role, 'operator'))
    throw new GleanerError('forbidden', { role: caller.role, needed: 'operator' })
  await app.commands.setPreemptible(instance.id, body.firmness === 'preemptible', caller)
}

export const setOptOut: Handler<typeof endpoints.setOptOut> = async ({ app, params, body, caller, sight, world }) => {
  const instance = world().instance(params.id, sight.sees)
  await app.commands.setOptOut(instance.id, body.optOut, caller)
}
