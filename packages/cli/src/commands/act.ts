// `gleaner resume|start|suspend|stop|pause-instance|shelve INSTANCE`: a person's command. It is under way when this ends;
// with --wait the end is waited for and told, and a failure makes the exit code 1.
import { setTimeout as sleep } from 'node:timers/promises'
import type { BodyOf, JournalView, endpoints } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'

/** What a person may command. */
export type Commanded = BodyOf<typeof endpoints.actOnInstance>['action']

export interface ActOptions {
  readonly reason?: string
  readonly wait?: boolean
}

const pollMs = 1000

export async function act(
  context: CommandContext,
  order: { readonly action: Commanded; readonly instance: string },
  options: ActOptions,
): Promise<void> {
  const { action, instance } = order
  let entry = await context.client.call('actOnInstance', {
    params: { id: instance },
    body: { action, ...(options.reason === undefined ? {} : { reason: options.reason }) },
  })
  while (options.wait === true && isOpen(entry)) {
    await sleep(pollMs, undefined, { signal: context.io.signal })
    entry = await context.client.call('getHistoryEntry', { params: { id: entry.id } })
  }
  if (entry.state === 'failed' || entry.state === 'timed-out') context.fail()
  if (context.printJson(entry)) return
  context.say(sentenceOf(entry))
}

function isOpen(entry: JournalView): boolean {
  return entry.state === 'intended' || entry.state === 'accepted'
}

function sentenceOf(entry: JournalView): string {
  const what = `${entry.action} ${entry.instance} (${entry.project})`
  if (isOpen(entry))
    return `${what}: ${entry.state}. gleaner history --instance ${entry.instanceId} shows what becomes of it.`
  return `${what}: ${entry.state}${entry.outcome === undefined ? '' : `. ${entry.outcome}`}`
}
