// Where notices go: the channels as they are configured, without any secret, what each was sent last, and a message to try one.
import { type Static, Type } from 'typebox'
import { capabilities } from '../capability.ts'
import { messageKinds } from '../notice.ts'
import { endpoint } from './endpoint.ts'
import { IdParam, OneOf, PageOf, PageQuery, Time } from './parts.ts'

export const DeliveryView = Type.Object({
  id: Type.String(),
  at: Time,
  sentence: Type.String(),
  outcome: OneOf(['delivered', 'waiting', 'refused', 'given-up'], {
    description: 'refused: by the channel, for good; given-up: it waited too long, or too many did',
  }),
  attempts: Type.Optional(Type.Integer({ description: 'In vain, so far' })),
  fault: Type.Optional(
    Type.String({
      description: 'What the channel answered last; of what was delivered, who refused it; for operators',
    }),
  ),
  faultAt: Type.Optional(Type.Union([Time], { description: 'When it answered so' })),
  nextAt: Type.Optional(Type.Union([Time], { description: 'When it is tried again at the earliest' })),
})
export type DeliveryView = Static<typeof DeliveryView>

export const ChannelView = Type.Object({
  id: Type.String({ description: 'webhook: or mail: and the id of the configuration' }),
  form: OneOf(['webhook', 'slack', 'mattermost', 'discord', 'matrix', 'mail']),
  /** Host it goes to; for operators. The path of an address is a secret and stands nowhere. */
  host: Type.Optional(Type.String()),
  /** Of mail, for operators. */
  addresses: Type.Optional(Type.Array(Type.String())),
  /** What it is told of; null: all. */
  kinds: Type.Union([Type.Array(OneOf(messageKinds)), Type.Null()]),
  capabilities: Type.Union([Type.Array(OneOf(capabilities)), Type.Null()]),
  projects: Type.Union([Type.Array(Type.String()), Type.Null()]),
  clouds: Type.Union([Type.Array(Type.String()), Type.Null()]),
  waiting: Type.Optional(Type.Integer({ description: 'Messages that wait; for operators' })),
  /** Why the last ones were not taken, while that lasts. */
  fault: Type.Optional(Type.String()),
  messages: Type.Integer({ description: 'All that are kept' }),
  deliveries: Type.Array(DeliveryView, { description: 'The last 20 of them, newest first' }),
})
export type ChannelView = Static<typeof ChannelView>

const tag = 'notifications'

export const notificationEndpoints = {
  listChannels: endpoint(
    {
      method: 'GET',
      path: '/api/v1/notifications',
      role: 'member',
      tag,
      summary: 'Where notices go, and the last deliveries; members see what concerns their projects',
    },
    { response: Type.Object({ items: Type.Array(ChannelView) }) },
  ),
  listDeliveries: endpoint(
    {
      method: 'GET',
      path: '/api/v1/notifications/:id/deliveries',
      role: 'member',
      tag,
      summary: 'Every message of a channel that is kept, newest first, with what came of it',
    },
    { params: IdParam, query: Type.Object(PageQuery), response: PageOf(DeliveryView) },
  ),
  testChannel: endpoint(
    {
      method: 'POST',
      path: '/api/v1/notifications/:id/test',
      role: 'operator',
      tag,
      summary: 'Send a message that says it is a test, now and once, and tell what came of it',
    },
    {
      params: IdParam,
      response: Type.Object({
        outcome: OneOf(['delivered', 'refused', 'failed']),
        fault: Type.Optional(Type.String()),
      }),
    },
  ),
}
