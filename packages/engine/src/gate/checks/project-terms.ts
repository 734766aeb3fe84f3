// The project of the instance has not opted out of the rules, and its limits allow the action.
import { isHostStep, isTooStrong, nativeOf, optOutAt, type ProjectId, type Verdict } from '@gleaner/model'
import { isoTime } from '../../text/iso-time.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { termsOf } from '../limits-of.ts'
import type { Check } from './check.ts'

export const projectIn: Check = ({ proposal, world, snapshot }) => {
  const terms = termsOf(proposal, world.policy)
  const optOut = optOutAt(terms, world.nowMs)
  if (terms === undefined || optOut === undefined) return undefined
  const { untilMs, by, reason } = optOut
  const until = untilMs === undefined ? 'until somebody ends that' : `until ${isoTime(untilMs)}`
  const why = reason === '' ? '' : ` (${reason.replace(/\.$/, '')})`
  const project = projectName(terms.projectId, snapshot)
  return {
    code: 'project-opted-out',
    sentence: `The project ${project} has opted out of the rules ${until}, as ${by} said${why}.`,
    facts: { project, untilMs: untilMs ?? null, by, reason },
  }
}

export const projectAllows: Check = ({ proposal, world, snapshot }) => {
  const terms = termsOf(proposal, world.policy)
  const { action } = proposal
  if (terms === undefined || isHostStep(action) || !isTooStrong(action, terms.limits)) return undefined
  return tooStrong(projectName(terms.projectId, snapshot), action, terms.limits.strongest ?? action)
}

export function tooStrong(project: string, action: string, strongest: string): Verdict {
  return {
    code: 'project-limit',
    sentence: `In the project ${project} rules do nothing severer than ${strongest}; ${action} is.`,
    facts: { project, action, strongest },
  }
}

export function projectName(id: ProjectId, snapshot: Snapshot | undefined): string {
  return snapshot?.projects.find((project) => project.id === id)?.name ?? nativeOf(id)
}
