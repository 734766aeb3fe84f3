// People who log in with a client certificate: listed, activated, given a role, ended, forgotten.
import { GleanerError, type endpoints } from '@gleaner/model'
import type { Person } from '@gleaner/ports'
import type { ApiContext, Handler } from '../handler.ts'
import { remarksOn } from '../view/remarks-on.ts'
import { userView } from '../view/user-view.ts'

export const listUsers: Handler<typeof endpoints.listUsers> = async ({ app, wallClock }) => ({
  items: (await app.store.people.list()).map((person) => userView(person, sight({ app, wallClock }))),
})

export const changeUser: Handler<typeof endpoints.changeUser> = async ({ app, wallClock, params, body, caller }) => {
  const before = await personOf(app, params.id)
  const { active, role = before.role, projects = before.projects } = body
  const after = await app.store.people.decide(
    before.id,
    { active, role, projects },
    { by: caller.name, nowMs: wallClock.nowMs() },
  )
  await app.store.audit.append({
    atMs: app.clock.nowMs(),
    by: caller.name,
    from: caller.from,
    what: active === before.active ? 'change user' : active ? 'activate user' : 'end access of user',
    object: before.subject,
    before: rightsOf(before),
    after: rightsOf(after),
  })
  const view = userView(after, sight({ app, wallClock }))
  return active ? { ...view, ...remarksOn(after, app.state.clouds) } : view
}

export const removeUser: Handler<typeof endpoints.removeUser> = async ({ app, params, caller }) => {
  const person = await personOf(app, params.id)
  await app.store.people.remove(person.id)
  await app.store.audit.append({
    atMs: app.clock.nowMs(),
    by: caller.name,
    from: caller.from,
    what: 'remove user',
    object: person.subject,
    before: rightsOf(person),
    after: null,
  })
}

/** By id, or by a subject that only one issuer knows. */
async function personOf(app: ApiContext['app'], id: string): Promise<Person> {
  const all = await app.store.people.list()
  const byId = all.find((person) => person.id === id)
  if (byId !== undefined) return byId
  const [person, other] = all.filter(({ subject }) => subject === id)
  if (person === undefined) throw new GleanerError('not-found', { object: `The user "${id.slice(0, 200)}"` })
  if (other !== undefined)
    throw new GleanerError(
      'conflict',
      { detail: `Several issuers know "${id.slice(0, 200)}".` },
      { remedy: 'Name the user by id; gleaner users shows the ids.' },
    )
  return person
}

function rightsOf({ issuer, active, role, projects }: Person) {
  return { issuer, active, role, projects }
}

function sight({ app, wallClock }: Pick<ApiContext, 'app' | 'wallClock'>) {
  return { nowMs: wallClock.nowMs(), warnBeforeMs: app.config.people.warnBeforeMs }
}
