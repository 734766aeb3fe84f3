// The words of `gleaner notifications`: where notices go.
import { type Words, add, whole } from './program-parts.ts'

export function notificationWords({ program, context }: Words): void {
  const parent = add(program, 'notifications', 'where notices go, and what came of the last ones')
  const list = async () => (await import('./commands/notifications.ts')).listChannels(context())
  parent.action(list)
  add(parent, 'list', 'channels that tell of what you may see').action(list)
  add(parent, 'show', 'one channel: what it is told of, and its last messages with what it answered')
    .argument('<channel>', 'as it is listed: webhook:ops, mail:shop')
    .option('--limit <number>', 'so many messages at most; the last 20 if absent', whole)
    .action(async (channel, options) =>
      (await import('./commands/notifications.ts')).showChannel(context(), channel, options.limit),
    )
  add(parent, 'test', 'send a message that says it is a test; exit code 1 unless it is taken')
    .argument('<channel>', 'as it is listed: webhook:ops, mail:shop')
    .action(async (channel) => (await import('./commands/notifications.ts')).testChannel(context(), channel))
}
