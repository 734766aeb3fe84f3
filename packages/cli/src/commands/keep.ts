// `gleaner keep INSTANCE --for 8h`: leave an instance as it is for a time, whatever the rules say.
import type { CommandContext } from '../command-context.ts'

export async function keep(
  context: CommandContext,
  instance: string,
  options: { readonly for: string; readonly reason?: string },
): Promise<void> {
  const [hold, status] = await Promise.all([
    context.client.call('keepInstance', {
      params: { id: instance },
      body: { for: options.for, ...(options.reason === undefined ? {} : { reason: options.reason }) },
    }),
    context.json ? { now: '' } : context.client.call('getStatus'),
  ])
  if (context.printJson(hold)) return
  const moments = context.moments(status.now)
  context.say(
    `${instance} is kept as it is until ${moments.at(hold.until)} (hold ${hold.id}). Take it back with gleaner release ${hold.id}.`,
  )
}

export async function release(context: CommandContext, id: string): Promise<void> {
  await context.client.call('releaseHold', { params: { id } })
  if (context.printJson({ released: id })) return
  context.line(`hold ${id} has ended`)
}
