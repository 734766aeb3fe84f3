// What holds for the rules in one project, whatever the rules themselves say: that they leave it alone for a time, and how far they go
// there. Terms only ever make rules more careful: a longer grace, a gentler action, a stricter mode.
import type { ActionKind } from './action.ts'
import type { Mode } from './capability.ts'
import type { ProjectId } from './ids.ts'
import type { Role } from './role.ts'

/** No rule does anything in the project before `untilMs` (half-open: at that moment it counts no more). */
export interface ProjectOptOut {
  readonly sinceMs: number
  /** Undefined: until somebody ends it. */
  readonly untilMs: number | undefined
  readonly reason: string
  readonly by: string
  /** Of who said so: those with less cannot take it back. */
  readonly role: Role
}

/** What a rule can do to an instance, gentlest first. */
export const actionLadder = ['notify', 'pause', 'suspend', 'stop', 'shelve', 'delete'] as const
export type LadderAction = (typeof actionLadder)[number]

/** How far a rule can be held back: it is watched only, or acts when a person approves. */
export const modeCeilings = ['observe', 'advise'] as const
export type ModeCeiling = (typeof modeCeilings)[number]

export interface ProjectLimits {
  /** Owners have at least so long between notice and action. */
  readonly graceMs?: number
  /** No rule does anything severer. */
  readonly strongest?: LadderAction
  /** No rule acts further than this. */
  readonly mode?: ModeCeiling
}

export interface ProjectTerms {
  readonly projectId: ProjectId
  readonly optOut: ProjectOptOut | undefined
  readonly limits: ProjectLimits
}

export type TermsOfProjects = ReadonlyMap<ProjectId, ProjectTerms>

/** The opt-out that counts at this moment. A time that cannot be compared counts: doubt leaves alone. */
export function optOutAt(terms: ProjectTerms | undefined, nowMs: number): ProjectOptOut | undefined {
  const optOut = terms?.optOut
  if (optOut === undefined) return undefined
  return optOut.untilMs !== undefined && nowMs >= optOut.untilMs ? undefined : optOut
}

/** Whether the action is severer than the limits of the project allow. What gives back (resume, start) never is. */
export function isTooStrong(action: ActionKind, limits: ProjectLimits | undefined): boolean {
  if (limits?.strongest === undefined) return false
  return (actionLadder as readonly string[]).indexOf(action) > actionLadder.indexOf(limits.strongest)
}

export const modeCeilingOf = (limits: ProjectLimits | undefined): Mode => limits?.mode ?? 'enforce'
