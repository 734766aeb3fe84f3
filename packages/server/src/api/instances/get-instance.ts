// One instance the caller may see, by id or unique name.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { instanceView } from '../view/instance-view.ts'

export const getInstance: Handler<typeof endpoints.getInstance> = ({ app, params, sight, world }) => {
  const index = world()
  return instanceView(index.instance(params.id, sight.sees), index, app)
}
