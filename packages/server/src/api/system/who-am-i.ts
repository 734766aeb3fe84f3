// Who the caller is; answers nobody as well, so that a page can tell that it has to log in.
import type { WhoAmIView, endpoints } from '@gleaner/model'
import type { Caller } from '../../application.ts'
import type { PublicHandler } from '../handler.ts'

export const whoAmI: PublicHandler<typeof endpoints.whoAmI> = ({ caller }) =>
  caller === undefined ? { name: null } : whoView(caller)

export function whoView(caller: Pick<Caller, 'name' | 'role' | 'projects' | 'by'>): WhoAmIView {
  return { name: caller.name, role: caller.role, projects: [...caller.projects], by: caller.by }
}
