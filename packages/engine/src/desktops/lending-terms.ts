// What becomes of the guests of a desktop whose user is back: when they stand still, when and by what their memory is given back. The
// gentlest that the policy allows: saving unless something else is set for the instance, its flavor or its project.
import type { Instance, Project } from '@gleaner/model'
import { ofProject } from '../eviction/victim-terms.ts'

/**
 * migrate: it moves to a host that has room, with its memory, and goes on there; save: its memory is written to disk; delete: only of preemptible instances; nothing: it keeps its memory,
 * standing still.
 */
export const freeingWays = ['migrate', 'save', 'stop', 'delete', 'nothing'] as const
export type FreeingWay = (typeof freeingWays)[number]

export interface LendingTerms {
  /** From the user's return to the call that lets guests stand still; the agent does it at once in any case. */
  readonly pauseAfterMs: number
  /** From the user's return to the step that gives back the memory of guests. */
  readonly freeAfterMs: number
  readonly freeBy: FreeingWay
  readonly freeByOfProject: Readonly<Record<string, FreeingWay>>
  readonly freeByOfFlavor: Readonly<Record<string, FreeingWay>>
}

/** The owner's own word, on the instance; to keep the memory is not the owner's to decide. */
const tagged = /^gleaner-desktop=(migrate|save|stop|delete)$/

export function freeingWayOf(
  { tags, flavor }: Pick<Instance, 'tags' | 'flavor'>,
  project: Pick<Project, 'id' | 'name'>,
  terms: LendingTerms,
): FreeingWay {
  const own = tags.map((tag) => tagged.exec(tag)?.[1]).filter((way) => way !== undefined)
  // Of several tags the gentlest counts.
  const tag = freeingWays.find((way) => own.includes(way))
  if (tag !== undefined) return tag
  const ofFlavor = flavor !== undefined && Object.hasOwn(terms.freeByOfFlavor, flavor) && terms.freeByOfFlavor[flavor]
  return ofFlavor || (ofProject(terms.freeByOfProject, project) ?? terms.freeBy)
}
