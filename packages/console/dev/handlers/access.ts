// Who is there, and who may come in.
import { GleanerError } from '@gleaner/model'
import type { FakeState } from '../fake-state.ts'
import { ada, fakeToken } from './ada.ts'
import type { Handlers } from './handler.ts'

export function accessHandlers(state: FakeState) {
  return {
    whoAmI: ({ who }) => who ?? { name: null },
    logIn: ({ body }) => {
      if (body.token !== fakeToken) throw new GleanerError('unauthenticated')
      return { ...ada, by: 'session' }
    },
    logOut: () => ({}),
    becomeFirstAdministrator: () => {
      throw new GleanerError('link-not-good', { detail: 'there is an administrator already' })
    },
    listUsers: () => ({ items: state.users }),
    changeUser: ({ params, body }) => {
      const user = state.users.find(({ id }) => id === params.id)
      if (!user) throw new GleanerError('not-found', { object: `The user ${params.id}` })
      const { active, role = user.role, projects = user.projects } = body
      return Object.assign(user, { state: active ? 'active' : 'ended', role, projects, decidedBy: 'ada' })
    },
    removeUser: ({ params }) => {
      state.users = state.users.filter(({ id }) => id !== params.id)
      return {}
    },
    listTokens: () => ({ items: state.tokens }),
    createToken: ({ body }) => {
      const details = {
        id: state.id('token'),
        name: body.name,
        role: body.role,
        projects: body.projects ?? [],
        createdAt: state.iso(),
        createdBy: 'ada',
      }
      state.tokens.push(details)
      return { token: `glean_${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`, details }
    },
    removeToken: ({ params }) => {
      const at = state.tokens.findIndex((token) => token.id === params.id)
      if (at >= 0) state.tokens.splice(at, 1)
      return {}
    },
  } satisfies Partial<Handlers>
}
