// The current plan. Before the first cycle there is none, which is not the same as an empty one.
import { GleanerError, type endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { planView } from './plan-view.ts'

export const getPlan: Handler<typeof endpoints.getPlan> = ({ app, world, sight }) => {
  const { plan, starting } = app.state
  if (plan === undefined)
    throw new GleanerError('not-ready', { detail: starting ?? 'the first plan has not been made yet' })
  return planView(plan, world(), sight)
}
