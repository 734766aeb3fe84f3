// The list of instances the caller may see; what it filters and sorts by is told in view/instance-list.ts.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { listInstances as list } from '../view/instance-list.ts'

export const listInstances: Handler<typeof endpoints.listInstances> = ({ app, query, sight, world }) =>
  list(query, sight, { world: world(), app })
