// What may not be meant of rights that are given, in words. They count all the same: a project may come later.
import type { Role } from '@gleaner/model'
import { type ReadClouds, thereAre, unknownProjects } from '../state/known-projects.ts'

export interface Grant {
  readonly role: Role
  readonly projects: readonly string[]
}

export function grantRemarks({ role, projects }: Grant, clouds: ReadClouds): readonly string[] {
  if (projects.length === 0)
    return role === 'member'
      ? ['A member sees and reserves for its projects only, and none is named: it sees nothing.']
      : []
  const remarks = unknownProjects(projects, clouds).map(
    (named) => `No cloud has a project "${named}" now; the right counts once there is one.${thereAre(clouds)}`,
  )
  if (role === 'operator' || role === 'administrator')
    remarks.push(`The role ${role} sees every project; those named tell only for which one Blazar's client reserves.`)
  return remarks
}
