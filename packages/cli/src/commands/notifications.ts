// `gleaner notifications`: where notices go, what came of the last ones, and a message to try a channel.
import { type ChannelView, type DeliveryView, GleanerError } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import type { Column } from '../format/table.ts'
import { pageEnd } from './page-end.ts'

export async function listChannels(context: CommandContext): Promise<void> {
  const list = await context.client.call('listChannels')
  if (context.printJson(list)) return
  if (list.items.length === 0)
    return context.line('No channel tells of what you may see; docs/guides/notices.md tells how to set one.')
  const { now } = await context.client.call('getStatus')
  const moments = context.moments(now)
  const columns: readonly Column<ChannelView>[] = [
    { title: 'channel', cell: ({ id }) => id, least: 8 },
    { title: 'form', cell: ({ form }) => form },
    { title: 'to', cell: toOf, least: 10, rank: 1 },
    { title: 'waiting', cell: ({ waiting }) => (waiting === undefined ? '' : String(waiting)), right: true },
    {
      title: 'last',
      cell: ({ deliveries: [last] }) =>
        last === undefined ? 'nothing yet' : `${last.outcome} ${moments.relative(last.at)}`,
    },
    { title: 'fault', cell: ({ fault }) => fault ?? '', least: 12 },
  ]
  context.table(list.items, columns)
}

export async function showChannel(context: CommandContext, id: string, limit?: string): Promise<void> {
  const { items } = await context.client.call('listChannels')
  const listed = items.find((each) => each.id === id)
  if (listed === undefined) throw new GleanerError('not-found', { object: `The channel "${id.slice(0, 100)}"` })
  const channel = limit === undefined ? listed : await withMessages(context, listed, Number(limit))
  if (context.printJson(channel)) return
  const { now } = await context.client.call('getStatus')
  const moments = context.moments(now)
  const { form, waiting, fault, deliveries } = channel
  context.say(`${channel.id}, ${form}${toOf(channel) === '' ? '' : `, to ${toOf(channel)}`}`)
  context.say(`is told of ${toldOf(channel)}`)
  if (waiting !== undefined) context.say(`${waiting} waiting`)
  if (fault !== undefined) context.say(fault)
  if (deliveries.length === 0) return context.line('Nothing was sent yet.')
  context.line()
  const columns: readonly Column<DeliveryView>[] = [
    { title: 'when', cell: ({ at }) => moments.at(at), right: true },
    { title: 'outcome', cell: ({ outcome }) => outcome },
    { title: 'in vain', cell: ({ attempts }) => (attempts === undefined ? '' : String(attempts)), right: true },
    { title: 'answer', cell: ({ fault: answer, faultAt }) => answerOf(answer, faultAt, (at) => moments.at(at)) },
    { title: 'again', cell: ({ nextAt }) => (nextAt === undefined ? '' : moments.relative(nextAt)), rank: 1 },
    { title: 'message', cell: ({ sentence }) => sentence, least: 20 },
  ]
  context.table(deliveries, columns)
  pageEnd(context, { items: deliveries, total: channel.messages }, 'message')
}

async function withMessages({ client }: CommandContext, channel: ChannelView, limit: number): Promise<ChannelView> {
  const { items, total } = await client.call('listDeliveries', { params: { id: channel.id }, query: { limit } })
  return { ...channel, messages: total, deliveries: items }
}

/** Exit code 1 unless the channel took it. */
export async function testChannel(context: CommandContext, id: string): Promise<void> {
  const { outcome, fault } = await context.client.call('testChannel', { params: { id } })
  if (outcome !== 'delivered') context.fail()
  if (context.printJson({ outcome, ...(fault === undefined ? {} : { fault }) })) return
  if (outcome !== 'delivered') return context.say(`${id} did not take the test message: ${fault ?? outcome}.`)
  context.say(`${id} took the test message${fault === undefined ? '' : `, but not for all: ${fault}`}.`)
}

function toOf({ host, addresses }: ChannelView): string {
  return [...(addresses ?? []), ...(host === undefined ? [] : [host])].join(', ')
}

function toldOf({ kinds, capabilities, projects, clouds }: ChannelView): string {
  return [
    kinds === null ? 'everything' : kinds.join(', '),
    ...(projects === null ? [] : [`of the projects ${projects.join(', ')}`]),
    ...(capabilities === null ? [] : [`by ${capabilities.join(', ')}`]),
    ...(clouds === null ? [] : [`in the clouds ${clouds.join(', ')}`]),
  ].join(' ')
}

function answerOf(answer: string | undefined, at: string | undefined, text: (at: string) => string): string {
  return [...(answer === undefined ? [] : [answer]), ...(at === undefined ? [] : [text(at)])].join(', ')
}
