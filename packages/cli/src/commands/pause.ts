// `gleaner pause` and `gleaner unpause`: the kill switch for everything, and its end.
import type { CommandContext } from '../command-context.ts'

export async function pause(context: CommandContext, reason: string | undefined): Promise<void> {
  const view = await context.client.call('pause', { body: reason === undefined ? {} : { reason } })
  if (context.printJson(view)) return
  context.say(
    `Everything is paused by ${view.by}${view.reason === '' ? '' : `: ${view.reason}`}. Nothing is taken away from anybody until gleaner unpause.`,
  )
}

export async function unpause(context: CommandContext): Promise<void> {
  await context.client.call('unpause')
  if (context.printJson({ paused: false })) return
  context.line('Gleaner goes on.')
}
