// The list of hosts; what it filters and sorts by is told in view/host-list.ts.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { listHosts as list } from '../view/host-list.ts'

export const listHosts: Handler<typeof endpoints.listHosts> = ({ app, query, world }) => list(query, world(), app)
