// Projects, and what holds for the rules in each: that they leave it alone for a time, and how far they go there.
import { type Static, type TSchema, Type } from 'typebox'
import { actionLadder, modeCeilings } from '../project-terms.ts'
import { endpoint } from './endpoint.ts'
import { DurationText, IdParam, OneOf, Time } from './parts.ts'

export const ProjectOptOutView = Type.Object({
  since: Time,
  /** Absent: until somebody ends it. */
  until: Type.Optional(Time),
  reason: Type.String(),
  by: Type.String(),
})

export const ProjectView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  cloud: Type.String(),
  instances: Type.Integer(),
  /** Absent: the rules count. */
  optOut: Type.Optional(ProjectOptOutView),
  /** Owners have at least so long between notice and action. */
  grace: Type.Optional(Type.String()),
  /** Rules do nothing severer. */
  strongest: Type.Optional(OneOf(actionLadder)),
  /** Rules go no further. */
  mode: Type.Optional(OneOf(modeCeilings)),
})
export type ProjectView = Static<typeof ProjectView>

const tag = 'projects'
const orNone = <T extends TSchema>(type: T) => Type.Optional(Type.Union([type, Type.Null()]))

export const projectEndpoints = {
  listProjects: endpoint(
    {
      method: 'GET',
      path: '/api/v1/projects',
      role: 'viewer',
      tag,
      summary: 'Projects, and what holds for the rules in each; members see their own',
    },
    { response: Type.Object({ items: Type.Array(ProjectView) }) },
  ),
  optOutProject: endpoint(
    {
      method: 'PUT',
      path: '/api/v1/projects/:id/opt-out',
      role: 'member',
      tag,
      summary:
        'No rule does anything in the project for a time: up to 90 days for its members, 366 for operators, without end for administrators',
    },
    {
      params: IdParam,
      body: Type.Object({
        for: Type.Optional(DurationText),
        until: Type.Optional(Time),
        withoutEnd: Type.Optional(Type.Boolean()),
        reason: Type.String({ minLength: 1, maxLength: 500 }),
      }),
      response: ProjectView,
    },
  ),
  optInProject: endpoint(
    {
      method: 'DELETE',
      path: '/api/v1/projects/:id/opt-out',
      role: 'member',
      tag,
      summary: 'The rules count in the project again',
      status: 204,
    },
    { params: IdParam },
  ),
  limitProject: endpoint(
    {
      method: 'PUT',
      path: '/api/v1/projects/:id/limits',
      role: 'administrator',
      tag,
      summary: 'How far rules go in the project; what is absent stays as it is, null takes a limit away',
    },
    {
      params: IdParam,
      body: Type.Object({
        grace: orNone(DurationText),
        strongest: orNone(OneOf(actionLadder)),
        mode: orNone(OneOf(modeCeilings)),
      }),
      response: ProjectView,
    },
  ),
}
