// What people may say of a project as a whole: that rules leave it alone for a time, and how far they go there. What somebody with
// more rights said is not taken back by somebody with less.
import { GleanerError, optOutAt, type ProjectId, type ProjectTerms, type Role, roleAllows } from '@gleaner/model'
import type { ProjectTermsChange } from '@gleaner/ports'
import type { Caller, Commands } from '../application.ts'
import type { Runtime } from '../runtime.ts'
import { auditLine } from './audit.ts'

type ProjectCommands = Pick<Commands, 'optOutProject' | 'limitProject'>

const dayMs = 86_400_000
/** How long a project can opt out by somebody of this role; administrators without limit. */
const longestMs: Readonly<Partial<Record<Role, number>>> = { member: 90 * dayMs, operator: 366 * dayMs }

export function projectCommands(runtime: Runtime): ProjectCommands {
  return {
    optOutProject: (projectId, wish, caller) => optOut(runtime, { projectId, wish, caller }),
    limitProject: (projectId, limits, caller) =>
      change(runtime, projectId, { what: 'set limits of project', caller, to: { limits } }),
  }
}

/** Undefined ends it. */
export type OptOutWish = { readonly untilMs: number | undefined; readonly reason: string } | undefined

async function optOut(
  runtime: Runtime,
  { projectId, wish, caller }: { readonly projectId: ProjectId; readonly wish: OptOutWish; readonly caller: Caller },
): Promise<ProjectTerms> {
  const nowMs = runtime.clock.nowMs()
  if (wish === undefined)
    return change(runtime, projectId, { what: 'end opt-out of project', caller, to: { optOut: undefined } })
  const { untilMs, reason } = wish
  const most = caller.role === 'administrator' ? Number.POSITIVE_INFINITY : (longestMs[caller.role] ?? 0)
  const lastsMs = (untilMs ?? Number.POSITIVE_INFINITY) - nowMs
  if (!(lastsMs > 0)) refuse('The opt-out would be over already.')
  if (untilMs === undefined && most !== Number.POSITIVE_INFINITY)
    throw new GleanerError('forbidden', { role: caller.role, needed: 'administrator' })
  if (lastsMs > most) refuse(`A project can be opted out for up to ${most / dayMs}d by ${caller.role}s.`)
  const { name, role } = caller
  return change(runtime, projectId, {
    what: 'opt project out',
    caller,
    to: { optOut: { sinceMs: nowMs, untilMs, reason, by: name, role } },
  })
}

function refuse(detail: string): never {
  throw new GleanerError('request-invalid', { detail })
}

async function change(
  runtime: Runtime,
  projectId: ProjectId,
  order: { readonly what: string; readonly caller: Caller; readonly to: ProjectTermsChange },
): Promise<ProjectTerms> {
  const { store, clock, state } = runtime
  const { what, caller, to } = order
  const after = await store.projectTerms.change(projectId, to, (before) => {
    const standing = optOutAt(before, clock.nowMs())
    if ('optOut' in to && standing !== undefined && !roleAllows(caller.role, standing.role))
      throw new GleanerError('forbidden', { role: caller.role, needed: standing.role })
    return 'optOut' in to
      ? auditLine(runtime, caller, { what, object: projectId, before: before.optOut, after: to.optOut })
      : auditLine(runtime, caller, { what, object: projectId, before: before.limits, after: to.limits })
  })
  state.projectTerms = await store.projectTerms.all()
  runtime.hub.tell('settings')
  runtime.hub.tell('plan')
  runtime.wake('decide')
  return after
}
