// Channels of notices as the fake server has them.
import type { ChannelView } from '@gleaner/model'

export function fakeChannels(at: string): ChannelView[] {
  const all = { kinds: null, capabilities: null, projects: null, clouds: null }
  return [
    {
      ...all,
      id: 'webhook:room',
      form: 'slack',
      host: 'hooks.example.org',
      kinds: ['announced', 'failed'],
      waiting: 0,
      deliveries: [{ at, sentence: 'web-3 will be suspended not before 18:00.', outcome: 'delivered' }],
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
      deliveries: [{ at, sentence: 'Report of Gleaner for web-shop', outcome: 'waiting', attempts: 3 }],
    },
  ]
}
