// `gleaner users`: who was seen with a client certificate, and what each may do.
import { type Role, type UserView, roles } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { UsageError } from '../failure.ts'
import type { Column } from '../format/table.ts'

export interface UserRights {
  readonly role?: string
  readonly project?: readonly string[]
  /** The projects named before do not count any more. */
  readonly withoutProjects?: boolean
}

export async function listUsers(context: CommandContext): Promise<void> {
  const list = await context.client.call('listUsers')
  if (context.printJson(list)) return
  if (list.items.length === 0)
    return context.line(
      'Nobody has come with a client certificate yet; docs/guides/people.md tells how to ask for one.',
    )
  // Certificates live in real time, however fast a simulation runs.
  const moments = context.moments(new Date().toISOString())
  const columns: readonly Column<UserView>[] = [
    { title: 'subject', cell: (user) => user.subject, least: 20 },
    { title: 'state', cell: (user) => user.state },
    { title: 'role', cell: (user) => (user.state === 'waiting' ? '' : user.role) },
    { title: 'projects', cell: (user) => user.projects.join(', '), least: 8 },
    { title: 'last seen', cell: (user) => moments.relative(user.lastSeen), right: true },
    {
      title: 'certificate ends',
      cell: (user) => `${moments.at(user.certificateEndsAt)}${user.expiresSoon ? ' (soon)' : ''}`,
      right: true,
    },
    { title: 'issuer', cell: (user) => user.issuer, least: 10, rank: 2 },
    { title: 'id', cell: (user) => user.id, rank: 1 },
  ]
  context.table(list.items, columns)
}

export async function activateUser(context: CommandContext, user: string, rights: UserRights): Promise<void> {
  const { role, withoutProjects = false } = rights
  if (withoutProjects && rights.project !== undefined)
    throw new UsageError('--project and --without-projects exclude each other.', 'Give one of them.')
  const project = withoutProjects ? [] : rights.project
  if (role !== undefined && !(roles as readonly string[]).includes(role))
    throw new UsageError(`"${role}" is no role.`, `One of: ${roles.join(', ')}.`)
  const changed = await context.client.call('changeUser', {
    params: { id: user },
    body: {
      active: true,
      ...(role === undefined ? {} : { role: role as Role }),
      ...(project === undefined ? {} : { projects: [...project] }),
    },
  })
  for (const remark of changed.remarks ?? []) context.io.err(`gleaner: ${remark}\n`)
  if (context.printJson(changed)) return
  const of = changed.projects.length === 0 ? '' : `, projects ${changed.projects.join(', ')}`
  context.say(`${changed.subject} is active: ${changed.role}${of}`)
}

export async function deactivateUser(context: CommandContext, user: string): Promise<void> {
  const changed = await context.client.call('changeUser', { params: { id: user }, body: { active: false } })
  if (context.printJson(changed)) return
  context.say(`${changed.subject} is out from the next request on`)
}

export async function removeUser(context: CommandContext, user: string): Promise<void> {
  await context.client.call('removeUser', { params: { id: user } })
  if (context.printJson({ removed: user })) return
  context.say(`${user} is forgotten; with a certificate that still counts it waits anew at the next visit`)
}
