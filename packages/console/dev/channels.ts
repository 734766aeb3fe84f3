// Channels of notices as the fake server has them, and the messages of each: more than a page shows at once.
import type { ChannelView, DeliveryView } from '@gleaner/model'
import { GleanerError } from '@gleaner/model'

const minuteMs = 60_000
const shown = 20

export function fakeChannels(nowMs: number): ChannelView[] {
  const all = { kinds: null, capabilities: null, projects: null, clouds: null }
  const channels: Omit<ChannelView, 'messages' | 'deliveries'>[] = [
    {
      ...all,
      id: 'webhook:room',
      form: 'slack',
      host: 'hooks.example.org',
      kinds: ['announced', 'failed'],
      waiting: 0,
    },
    {
      ...all,
      id: 'mail:shop',
      form: 'mail',
      host: 'mail.example.org:587',
      addresses: ['shop-owners@example.org'],
      projects: ['web-shop'],
      waiting: 1,
      fault: 'Notices cannot be delivered to the mail recipients shop at mail.example.org:587: ECONNREFUSED.',
    },
  ]
  return channels.map((channel) => {
    const messages = fakeMessages(channel.id, nowMs)
    return { ...channel, messages: messages.length, deliveries: messages.slice(0, shown) }
  })
}

/** Newest first. */
export function fakeMessages(channel: string, nowMs: number): DeliveryView[] {
  const at = (minutesAgo: number) => new Date(nowMs - minutesAgo * minuteMs).toISOString()
  if (channel === 'mail:shop')
    return [
      {
        id: 'ntc_report',
        at: at(10),
        sentence: 'Report of Gleaner for web-shop',
        outcome: 'waiting',
        attempts: 3,
        fault: 'ECONNREFUSED',
        faultAt: at(10),
        nextAt: at(-2),
      },
    ]
  if (channel !== 'webhook:room') throw new GleanerError('not-found', { object: `The channel "${channel}"` })
  const refused = { outcome: 'refused', attempts: 1, fault: 'it answers 422', faultAt: at(10) } as const
  return [
    { id: 'ntc_web', at: at(10), sentence: 'web-3 will be suspended not before 18:00.', outcome: 'delivered' },
    { id: 'ntc_ci', at: at(10), sentence: 'ci-runner-2 could not be stopped.', ...refused },
    ...Array.from({ length: 240 }, (_, nth): DeliveryView => {
      const id = `ntc_${240 - nth}`
      const sentence = `job-${240 - nth} will be suspended not before ${at(47 * nth).slice(11, 16)}.`
      return { id, at: at(30 + 47 * nth), sentence, outcome: 'delivered' }
    }),
  ]
}
