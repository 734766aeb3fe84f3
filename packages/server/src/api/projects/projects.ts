// Projects as they are shown, what holds for the rules in them, and the changes of that.
import {
  type endpoints,
  formatDurationMs,
  GleanerError,
  optOutAt,
  parseDurationMs,
  type ProjectId,
  type ProjectLimits,
  type ProjectView,
  cloudOf,
} from '@gleaner/model'
import type { Handler } from '../handler.ts'
import type { Application } from '../../application.ts'
import type { Visibility } from '../../auth/visibility.ts'
import { timeMs, timeText } from '../view/time-text.ts'
import type { WorldIndex } from '../view/world-index.ts'

/** Longer than this no notice stands. */
const longestGraceMs = 366 * 86_400_000

export const listProjects: Handler<typeof endpoints.listProjects> = ({ app, world, sight }) => {
  const index = world()
  const counts = new Map<ProjectId, number>()
  for (const { projectId } of index.instances) counts.set(projectId, (counts.get(projectId) ?? 0) + 1)
  const ids = [...new Set([...index.projectNames.keys(), ...counts.keys(), ...app.state.projectTerms.keys()])]
  const items = ids
    .filter((id) => sight.sees(id))
    .map((id) => view(id, { app, index, instances: counts.get(id) ?? 0 }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1))
  return { items }
}

export const optOutProject: Handler<typeof endpoints.optOutProject> = async ({
  app,
  params,
  body,
  caller,
  ...call
}) => {
  const index = call.world()
  const id = projectOf(params.id, index, call.sight)
  const given = [body.for, body.until, body.withoutEnd === true ? true : undefined].filter((each) => each !== undefined)
  if (given.length !== 1)
    throw new GleanerError('request-invalid', {
      detail: 'Say until when: one of "for", "until" and, for administrators, "withoutEnd".',
    })
  const forMs = body.for === undefined ? undefined : (parseDurationMs(body.for) ?? Number.NaN)
  const untilMs = forMs === undefined ? body.until && timeMs(body.until) : app.clock.nowMs() + forMs
  await app.commands.optOutProject(id, { untilMs: untilMs === '' ? Number.NaN : untilMs, reason: body.reason }, caller)
  return view(id, { app, index })
}

export const optInProject: Handler<typeof endpoints.optInProject> = async ({ app, params, caller, ...call }) => {
  await app.commands.optOutProject(projectOf(params.id, call.world(), call.sight), undefined, caller)
}

export const limitProject: Handler<typeof endpoints.limitProject> = async ({ app, params, body, caller, ...call }) => {
  const index = call.world()
  const id = projectOf(params.id, index, call.sight)
  const before = app.state.projectTerms.get(id)?.limits ?? {}
  const graceMs = body.grace === undefined ? before.graceMs : durationOf(body.grace)
  const strongest = body.strongest === undefined ? before.strongest : (body.strongest ?? undefined)
  const mode = body.mode === undefined ? before.mode : (body.mode ?? undefined)
  const limits: ProjectLimits = {
    ...(graceMs === undefined ? {} : { graceMs }),
    ...(strongest === undefined ? {} : { strongest }),
    ...(mode === undefined ? {} : { mode }),
  }
  await app.commands.limitProject(id, limits, caller)
  return view(id, { app, index })
}

function durationOf(text: string | null): number | undefined {
  if (text === null) return undefined
  const ms = parseDurationMs(text) ?? Number.NaN
  if (ms >= 0 && ms <= longestGraceMs) return ms
  throw new GleanerError('request-invalid', { detail: `A grace period is up to 366d; "${text}" is not within that.` })
}

/** By id, or by a name that only one of those that are seen has. */
function projectOf(idOrName: string, { projectNames, instances }: WorldIndex, sight: Visibility): ProjectId {
  const named = [...projectNames].filter(([id, name]) => (id === idOrName || name === idOrName) && sight.sees(id))
  const exact = named.find(([id]) => id === idOrName)?.[0]
  if (exact !== undefined) return exact
  const unnamed = instances.find(({ projectId }) => projectId === idOrName && sight.sees(projectId))
  if (unnamed !== undefined) return unnamed.projectId
  const object = `The project "${idOrName.slice(0, 100)}"`
  const [only] = named
  if (only === undefined) throw new GleanerError('not-found', { object })
  if (named.length > 1)
    throw new GleanerError('ambiguous', { object, detail: `${named.map(([id]) => id).join(', ')} have that name` })
  return only[0]
}

interface Shown {
  readonly app: Application
  readonly index: WorldIndex
  readonly instances?: number
}

function view(id: ProjectId, { app, index, instances }: Shown): ProjectView {
  const terms = app.state.projectTerms.get(id)
  const optOut = optOutAt(terms, app.clock.nowMs())
  const { graceMs, strongest, mode } = terms?.limits ?? {}
  return {
    id,
    name: index.projectName(id),
    cloud: cloudOf(id),
    instances: instances ?? index.instances.filter(({ projectId }) => projectId === id).length,
    ...(optOut === undefined
      ? {}
      : {
          optOut: {
            since: timeText(optOut.sinceMs),
            ...(optOut.untilMs === undefined ? {} : { until: timeText(optOut.untilMs) }),
            reason: optOut.reason,
            by: optOut.by,
          },
        }),
    ...(graceMs === undefined ? {} : { grace: formatDurationMs(graceMs) }),
    ...(strongest === undefined ? {} : { strongest }),
    ...(mode === undefined ? {} : { mode }),
  }
}
