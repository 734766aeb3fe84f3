// The words of `gleaner users`, `gleaner tokens` and `gleaner audit`: who may come in, and who did what.
import { type Words, add, collect, whole } from './program-parts.ts'

export function lettingIn({ program, context }: Words): void {
  const users = add(program, 'users', 'people who come with a client certificate')
  users.action(async () => (await import('./commands/users.ts')).listUsers(context()))
  add(users, 'list', 'everybody seen; those who wait to be activated come first').action(async () =>
    (await import('./commands/users.ts')).listUsers(context()),
  )
  add(users, 'activate', 'let somebody in, or give another role or other projects')
    .argument('<user>', 'subject or id')
    .option('--role <role>', 'viewer, member, operator, administrator; as before, at first viewer')
    .option('--project <project>', 'a project it may see; may be given several times; as before', collect)
    .option('--without-projects', 'narrowed to the projects named before no longer')
    .action(async (user, options) => (await import('./commands/users.ts')).activateUser(context(), user, options))
  add(users, 'deactivate', 'end the access at once; the user stays known')
    .argument('<user>', 'subject or id')
    .action(async (user) => (await import('./commands/users.ts')).deactivateUser(context(), user))
  add(users, 'remove', 'forget somebody')
    .argument('<user>', 'subject or id')
    .action(async (user) => (await import('./commands/users.ts')).removeUser(context(), user))
  const tokens = add(program, 'tokens', 'API tokens')
  add(tokens, 'create', 'make a token; it is shown once')
    .requiredOption('--role <role>', 'viewer, member, operator, administrator')
    .requiredOption('--name <name>')
    .option('--project <project>', 'a project it may see; may be given several times', collect)
    .option('--expires-in <duration>', '30d')
    .option('--quiet', 'print only the token')
    .action(async (options) => (await import('./commands/tokens.ts')).createToken(context(), options))
  add(tokens, 'list', 'tokens, without their secrets').action(async () =>
    (await import('./commands/tokens.ts')).listTokens(context()),
  )
  add(tokens, 'revoke', 'end a token at once')
    .argument('<token>', 'name or id')
    .action(async (id) => (await import('./commands/tokens.ts')).revokeToken(context(), id))
  add(program, 'audit', 'every change: who, from where, before and after')
    .argument('[search]', 'part of a name, of what was done, or of what it was done to')
    .option('--limit <number>', 'at most so many', whole)
    .action(async (search, options) => (await import('./commands/audit.ts')).audit(context(), search, options))
}
