// The words of `gleaner desktops`: machines of people that lend themselves.
import { type Words, add } from './program-parts.ts'

export function desktopWords({ program, context }: Words): void {
  const parent = add(program, 'desktops', 'machines of people: who lends now, who does not and why')
  parent.action(async () => (await import('./commands/desktops.ts')).listDesktops(context()))
  add(parent, 'show', 'one desktop, and how its phases went')
    .argument('<desktop>', 'host name or id')
    .action(async (id) => (await import('./commands/desktops.ts')).showDesktop(context(), id))
  add(parent, 'join-token', 'a token with which one desktop joins, once; it is shown once')
    .requiredOption('--host <name>', 'of the host in its cloud')
    .option('--cloud <cloud>', 'where more than one cloud has a host of that name')
    .option('--pool <pool>', 'desktops')
    .option('--reports-only', 'the host lends nothing: its agent only tells what guests report')
    .option('--lifetime <duration>', '1h if absent')
    .option('--quiet', 'print only the token')
    .action(async (options) => (await import('./commands/desktops.ts')).joinToken(context(), options))
  add(parent, 'revoke', 'end the right of a desktop to speak, at once')
    .argument('<desktop>', 'host name or id')
    .action(async (id) => (await import('./commands/desktops.ts')).revokeDesktop(context(), id))
}
