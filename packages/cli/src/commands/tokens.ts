// `gleaner tokens`: API tokens. The secret is printed once, when it is made.
import { type Role, type TokenView, roles } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { UsageError } from '../failure.ts'
import type { Column } from '../format/table.ts'

export interface CreateTokenOptions {
  readonly role: string
  readonly name: string
  readonly project?: readonly string[]
  readonly expiresIn?: string
  readonly quiet?: boolean
}

export async function createToken(context: CommandContext, options: CreateTokenOptions): Promise<void> {
  const { role, name, project, expiresIn } = options
  if (!(roles as readonly string[]).includes(role))
    throw new UsageError(`"${role}" is no role.`, `One of: ${roles.join(', ')}.`)
  const made = await context.client.call('createToken', {
    body: {
      name,
      role: role as Role,
      ...(project === undefined ? {} : { projects: [...project] }),
      ...(expiresIn === undefined ? {} : { expiresIn }),
    },
  })
  // The token alone goes where a script takes it from.
  for (const remark of made.remarks ?? []) context.io.err(`gleaner: ${remark}\n`)
  if (options.quiet === true) return context.line(made.token)
  if (context.printJson(made)) return
  context.line(made.token)
  context.say(
    `This is the only time it is shown. It is the token "${made.details.name}" with the role ${made.details.role}${made.details.expiresAt === undefined ? '; it does not expire' : `, valid until ${made.details.expiresAt}`}. Send it as "Authorization: Bearer …" or set GLEANER_TOKEN.`,
  )
}

export async function listTokens(context: CommandContext): Promise<void> {
  const list = await context.client.call('listTokens')
  if (context.printJson(list)) return
  if (list.items.length === 0) return context.line('There are no tokens. gleaner tokens create makes one.')
  // Tokens live in real time, however fast a simulation runs.
  const moments = context.moments(new Date().toISOString())
  const columns: readonly Column<TokenView>[] = [
    { title: 'name', cell: (token) => token.name, least: 10 },
    { title: 'role', cell: (token) => token.role },
    { title: 'projects', cell: (token) => token.projects.join(', '), least: 10 },
    { title: 'made', cell: (token) => moments.at(token.createdAt), right: true },
    { title: 'by', cell: (token) => token.createdBy, least: 6, rank: 2 },
    {
      title: 'last used',
      cell: (token) => (token.lastUsedAt === undefined ? 'never' : moments.relative(token.lastUsedAt)),
      right: true,
    },
    {
      title: 'expires',
      cell: (token) => (token.expiresAt === undefined ? 'never' : moments.at(token.expiresAt)),
      right: true,
    },
    { title: 'id', cell: (token) => token.id, rank: 1 },
  ]
  context.table(list.items, columns)
}

export async function revokeToken(context: CommandContext, id: string): Promise<void> {
  await context.client.call('removeToken', { params: { id } })
  if (context.printJson({ revoked: id })) return
  context.line(`token ${id} is revoked; whoever used it is out at once`)
}
