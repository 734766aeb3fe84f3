// The channels of notices as they are shown: no secret, no path of an address; to members only those of their own projects, and of
// these neither addresses nor hosts. A message to try one goes out at once and is written nowhere but in the audit.
import {
  type ChannelView,
  type DeliveryView,
  type Endpoint,
  type endpoints,
  GleanerError,
  type NoticeBody,
} from '@gleaner/model'
import type { NoticePassage } from '@gleaner/ports'
import { newId } from '@gleaner/store'
import type { Visibility } from '../../auth/visibility.ts'
import type { HookSettings } from '../../config/notices.ts'
import type { MailRecipients } from '../../config/mail.ts'
import { noticeChannels, type NoticeChannel } from '../../notices/channels.ts'
import type { ApiContext, Call, Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'

const mostDeliveries = 20

export const listChannels: Handler<typeof endpoints.listChannels> = async (call) => {
  const { app, sight } = call
  const { channels, names } = seenChannels(call)
  const problems = await app.store.problems.list({ includeClosed: false })
  return {
    items: await Promise.all(
      channels.map(async (channel) => {
        const { sentence } = problems.find(({ subject }) => subject === `${channel.kind} ${channel.id}`) ?? {}
        return { ...(await view(channel, { app, sight, names })), ...(sight.all ? only('fault', sentence) : {}) }
      }),
    ),
  }
}

export const listDeliveries: Handler<typeof endpoints.listDeliveries> = async (call) => {
  const { app, sight, params, query } = call
  const channel = seenChannels(call).channels.find(({ notifier }) => notifier === params.id)
  if (channel === undefined) throw unknownChannel(params.id)
  const { limit = 100, offset = 0 } = query
  const { projectIds } = sight
  const { items, total } = await app.store.outbox.recent(channel.notifier, { limit, offset, projectIds })
  return { items: items.map((passage) => deliveryView(passage, sight)), total }
}

function unknownChannel(id: string): GleanerError {
  return new GleanerError('not-found', { object: `The channel "${id.slice(0, 100)}"` })
}

/** Those of the caller, and the names and ids of the projects that he sees. */
function seenChannels({ app, sight, world }: Pick<Call<Endpoint>, 'app' | 'sight' | 'world'>): {
  readonly channels: readonly NoticeChannel[]
  readonly names: ReadonlySet<string>
} {
  const { projectNames } = world()
  const names = new Set([...projectNames].filter(([id]) => sight.sees(id)).flatMap(([id, name]) => [id, name]))
  const isTheirs = ({ projects }: NoticeChannel) => sight.all || (projects ?? []).some((each) => names.has(each))
  return { channels: noticeChannels(app.config.notices).filter(isTheirs), names }
}

export const testChannel: Handler<typeof endpoints.testChannel> = async ({
  app,
  params,
  caller,
  wallClock,
  whenGone,
}) => {
  const channel = noticeChannels(app.config.notices).find(({ notifier }) => notifier === params.id)
  if (channel === undefined) throw unknownChannel(params.id)
  const { timeoutMs } = app.config.notices
  const body = testBody(caller.name, wallClock.nowMs())
  const outcome = await channel.deliver(body, { realMs: wallClock.nowMs(), timeoutMs, signal: whenGone() })
  const fault = outcome.kind === 'delivered' ? outcome.refusedBy : outcome.fault
  await app.store.audit.append({
    atMs: app.clock.nowMs(),
    by: caller.name,
    from: caller.from,
    what: 'send test message',
    object: channel.notifier,
    before: null,
    after: { outcome: outcome.kind, fault: fault ?? null },
  })
  return { outcome: outcome.kind, ...only('fault', fault) }
}

function testBody(by: string, nowMs: number): NoticeBody {
  const sentence = `This is a test of Gleaner, asked for by ${by}. Nothing happens to any instance.`
  return {
    version: 1,
    id: newId('ntc', nowMs),
    kind: 'told',
    at: timeText(nowMs),
    due: null,
    sentence,
    capability: 'idleness',
    action: 'notify',
    cause: 'test',
    reason: { code: 'commanded', sentence },
    instance: { id: 'test', name: 'test', cloud: 'test' },
    project: { id: 'test', name: 'test' },
    proposal: null,
    decision: null,
    lease: null,
    keepLink: null,
  }
}

interface Shown {
  readonly app: ApiContext['app']
  readonly sight: Visibility
  /** Names and ids of the projects that are seen. */
  readonly names: ReadonlySet<string>
}

async function view(channel: NoticeChannel, { app, sight, names }: Shown): Promise<ChannelView> {
  const { webhooks, mail } = app.config.notices
  const { kind, id, notifier } = channel
  const settings: HookSettings | MailRecipients | undefined =
    kind === 'hook' ? webhooks.find((hook) => hook.id === id) : mail?.recipients.find((each) => each.id === id)
  const { kinds, capabilities, projects, clouds } = settings ?? {}
  const { projectIds } = sight
  const recent = await app.store.outbox.recent(notifier, { limit: mostDeliveries, offset: 0, projectIds })
  const waiting = sight.all ? (await app.store.outbox.waiting(notifier)).count : undefined
  return {
    id: notifier,
    form: settings === undefined || 'addresses' in settings ? 'mail' : (settings.chat?.form ?? 'webhook'),
    ...(sight.all ? { host: channel.host } : {}),
    ...(sight.all && settings !== undefined && 'addresses' in settings ? { addresses: [...settings.addresses] } : {}),
    kinds: listOrNull(kinds),
    capabilities: listOrNull(capabilities),
    projects: listOrNull(sight.all ? projects : projects?.filter((each) => names.has(each))),
    clouds: listOrNull(clouds),
    ...only('waiting', waiting),
    messages: recent.total,
    deliveries: recent.items.map((passage) => deliveryView(passage, sight)),
  }
}

function deliveryView(
  { notice, outcome, attempts, fault, faultAtMs, nextAtMs }: NoticePassage,
  sight: Visibility,
): DeliveryView {
  return {
    id: notice.id,
    at: timeText(notice.createdAtMs),
    sentence: notice.sentence,
    outcome,
    ...only('attempts', attempts),
    // It may name an address.
    ...(sight.all ? only('fault', fault) : {}),
    ...only('faultAt', faultAtMs === undefined ? undefined : timeText(faultAtMs)),
    ...only('nextAt', nextAtMs === undefined ? undefined : timeText(nextAtMs)),
  }
}

function listOrNull<T>(list: readonly T[] | undefined): T[] | null {
  return list === undefined ? null : [...list]
}
