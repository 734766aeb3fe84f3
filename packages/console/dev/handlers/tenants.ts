// Channels of notices, and what holds in single projects.
import { GleanerError, parseDurationMs } from '@gleaner/model'
import { fakeChannels, fakeMessages } from '../channels.ts'
import type { FakeState } from '../fake-state.ts'
import { pageOf } from '../lists.ts'
import type { Handlers } from './handler.ts'

export function tenantHandlers(state: FakeState) {
  const projectOf = (id: string) => {
    const project = state.projects.find((each) => each.id === id || each.name === id)
    if (!project) throw new GleanerError('not-found', { object: `The project ${id}` })
    return project
  }
  return {
    listChannels: () => ({ items: fakeChannels(state.nowMs()) }),
    listDeliveries: ({ params, query }) => pageOf(fakeMessages(params.id, state.nowMs()), query),
    testChannel: ({ params }) =>
      params.id === 'mail:shop'
        ? { outcome: 'failed' as const, fault: 'ECONNREFUSED' }
        : { outcome: 'delivered' as const },
    listProjects: () => ({ items: state.projects }),
    optOutProject: ({ params, body, who }) => {
      const project = projectOf(params.id)
      const until = body.until ?? (body.for === undefined ? undefined : state.iso(parseDurationMs(body.for) ?? 0))
      const by = who?.name ?? 'ada'
      project.optOut = { since: state.iso(), reason: body.reason, by, ...(until === undefined ? {} : { until }) }
      state.tell('settings')
      return project
    },
    optInProject: ({ params }) => {
      delete projectOf(params.id).optOut
      state.tell('settings')
      return {}
    },
    limitProject: ({ params, body: { grace, strongest, mode } }) => {
      const project = projectOf(params.id)
      if (grace === null) delete project.grace
      else if (grace !== undefined) project.grace = grace
      if (strongest === null) delete project.strongest
      else if (strongest !== undefined) project.strongest = strongest
      if (mode === null) delete project.mode
      else if (mode !== undefined) project.mode = mode
      state.tell('settings')
      return project
    },
  } satisfies Partial<Handlers>
}
