// One host, by id or unique name.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { hostView } from '../view/host-view.ts'

export const getHost: Handler<typeof endpoints.getHost> = ({ app, params, world }) => {
  const index = world()
  return hostView(index.host(params.id), index, app)
}
