// Where notices go: the channels as they are configured, without any secret, what each was sent last, and a message to try one.
import { type Static, Type } from 'typebox'
import { capabilities } from '../capability.ts'
import { messageKinds } from '../notice.ts'
import { endpoint } from './endpoint.ts'
import { IdParam, OneOf, Time } from './parts.ts'

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
  deliveries: Type.Array(
    Type.Object({
      at: Time,
      sentence: Type.String(),
      outcome: OneOf(['delivered', 'waiting']),
      attempts: Type.Optional(Type.Integer({ description: 'In vain, so far' })),
    }),
    { description: 'The last messages, newest first' },
  ),
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
