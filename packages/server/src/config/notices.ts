// The section `notices` of the configuration: who is told besides the lists of Gleaner itself. Secrets are resolved here and
// stand in no log, no answer and no database; neither does the path of an address, which is a secret at many services.
import { DurationText, OneOf } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import { type ChatSettings, chatForms, usualChatTemplate } from '../notices/chat-body.ts'
import { compileTemplate, templateFields, templateLength } from '../notices/message-template.ts'
import { nearest } from './faults.ts'
import { readCertificates, readHookUrl } from './hook-address.ts'
import { KeepLinksConfig, type KeepLinksChosen, readKeepLinks } from './keep-links.ts'
import { MailConfig, type MailSettings, readMail } from './mail.ts'
import { ReportConfig, type ReportSettings, readReport } from './report.ts'
import { SectionName, Secret } from './schema-parts.ts'
import { wantedKeys, type WantedMessages } from './wanted-messages.ts'

const strict = { additionalProperties: false } as const

const HookConfig = Type.Object(
  {
    id: SectionName,
    url: Type.Union(Secret.anyOf, { description: 'Where notices are posted; https, or http on this machine' }),
    secret: Type.Optional(
      Type.Union(Secret.anyOf, {
        description: 'What notices are signed with: at least 16 characters, or whsec_ and base64 (not signed)',
      }),
    ),
    authorization: Type.Optional(
      Type.Union(Secret.anyOf, { description: 'Value of the header authorization, such as Bearer … (none)' }),
    ),
    caFile: Type.Optional(
      Type.String({ minLength: 1, description: 'Certificates that the receiver is verified with, PEM' }),
    ),
    plaintext: Type.Optional(Type.Boolean({ description: 'http to other machines is meant as it is written (false)' })),
    chat: Type.Optional(
      Type.Unsafe<(typeof chatForms)[number]>({
        ...OneOf(chatForms),
        description: 'It is the incoming webhook of this chat, and gets a message instead of all about the notice',
      }),
    ),
    template: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: templateLength,
        description: `What a message says, with {fields} (${usualChatTemplate})`,
      }),
    ),
    ...wantedKeys,
  },
  strict,
)

export const NoticesConfig = Type.Object(
  {
    webhooks: Type.Optional(Type.Array(HookConfig, { maxItems: 50 })),
    mail: Type.Optional(MailConfig),
    keepLinks: Type.Optional(KeepLinksConfig),
    report: Type.Optional(ReportConfig),
    guests: Type.Optional(
      Type.Boolean({ description: 'Guests whose serial line carries reports are told over it (false)' }),
    ),
    timeout: Type.Optional(DurationText),
    giveUp: Type.Optional(DurationText),
    queue: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'Notices that may wait for one hook; of more the oldest are given up (10000)',
      }),
    ),
  },
  strict,
)
export type NoticesConfig = Static<typeof NoticesConfig>

export interface HookSettings extends WantedMessages {
  readonly id: string
  readonly url: URL
  /** Bytes of the key. */
  readonly key: Uint8Array | undefined
  readonly authorization: string | undefined
  readonly ca: string | undefined
  /** Undefined: it gets all about the notice. */
  readonly chat: ChatSettings | undefined
}

export interface NoticeSettings {
  readonly webhooks: readonly HookSettings[]
  /** Undefined: nothing goes by mail. */
  readonly mail: MailSettings | undefined
  /** Undefined: notices carry no links. */
  readonly keepLinks: KeepLinksChosen | undefined
  /** Undefined: no reports are sent. */
  readonly report: ReportSettings | undefined
  /** Whether guests are told, where their cloud has a way to them. */
  readonly guests: boolean
  /** Real time: the receiver's clock is not ours. */
  readonly timeoutMs: number
  readonly giveUpMs: number
  readonly queue: number
}

type Path = readonly (string | number)[]

export interface NoticesReading {
  readonly fault: (path: Path, detail: string) => void
  readonly secret: (value: Secret | undefined, path: Path) => string | undefined
  readonly resolvePath: (path: string) => string
  readonly cloudIds: readonly string[]
  readonly publicUrl: string | undefined
  readonly durationMs: (
    name: string,
    text: string | undefined,
    rest: { readonly otherwiseMs: number; readonly effect: string },
  ) => number
}

export function readNotices(given: NoticesConfig = {}, reading: NoticesReading): NoticeSettings {
  const timeoutMs = reading.durationMs('notices.timeout', given.timeout, {
    otherwiseMs: 10_000,
    effect: 'Longest wait for the answer of a hook',
  })
  const giveUpMs = reading.durationMs('notices.giveUp', given.giveUp, {
    otherwiseMs: 86_400_000,
    effect: 'A notice that could not be delivered for so long is given up',
  })
  if (timeoutMs <= 0 || timeoutMs > 60_000) reading.fault(['timeout'], 'timeout is more than 0s and at most 60s')
  if (giveUpMs <= 0) reading.fault(['giveUp'], 'giveUp is more than 0s')
  const seen = new Set<string>()
  const webhooks = (given.webhooks ?? []).flatMap((hook, index): HookSettings[] => {
    if (seen.has(hook.id)) reading.fault(['webhooks', index, 'id'], `the hook id "${hook.id}" is used twice`)
    seen.add(hook.id)
    return readHook(hook, {
      ...reading,
      fault: (path, detail) => reading.fault(['webhooks', index, ...path], detail),
      secret: (value, path) => reading.secret(value, ['webhooks', index, ...path]),
    })
  })
  const keepLinks = readKeepLinks(given.keepLinks, reading)
  const mail = readMail(given.mail, reading)
  const report = readReport(given.report, reading)
  return {
    webhooks,
    mail,
    keepLinks,
    report,
    guests: given.guests ?? false,
    timeoutMs,
    giveUpMs,
    queue: given.queue ?? 10_000,
  }
}

function readHook(hook: Static<typeof HookConfig>, reading: NoticesReading): HookSettings[] {
  const { fault, secret, cloudIds } = reading
  const url = readHookUrl(hook, { secret, fault, carries: 'notices' })
  const text = secret(hook.secret, ['secret'])
  const key = text === undefined ? undefined : keyOf(text)
  if (text !== undefined && key === undefined) fault(['secret'], 'after whsec_ stands base64')
  if (key !== undefined && key.length < 16) fault(['secret'], 'the secret is shorter than 16 bytes; take a longer one')
  const authorization = secret(hook.authorization, ['authorization'])
  if (authorization !== undefined && !/^[\x20-\x7e]+$/.test(authorization))
    fault(['authorization'], 'it holds characters that no header may hold')
  for (const [index, cloud] of (hook.clouds ?? []).entries())
    if (!cloudIds.includes(cloud)) fault(['clouds', index], `the cloud "${cloud}" is not configured below clouds`)
  const ca = hook.caFile === undefined ? undefined : readCertificates(hook.caFile, reading)
  const chat = readChat(hook, fault)
  if (url === undefined) return []
  const { id, kinds, capabilities: of, projects, clouds } = hook
  return [{ id, url, key, authorization, ca, chat, kinds, capabilities: of, projects, clouds }]
}

function readChat(
  { chat, template }: Static<typeof HookConfig>,
  fault: NoticesReading['fault'],
): ChatSettings | undefined {
  if (chat === undefined) {
    if (template !== undefined) fault(['template'], `a template is for a chat; say which: ${chatForms.join(', ')}`)
    return undefined
  }
  const made = compileTemplate(template ?? usualChatTemplate)
  if (!('unknown' in made)) return { form: chat, template: made }
  fault(['template'], `the field {${made.unknown}} does not exist${nearest(made.unknown, templateFields)}`)
  return undefined
}

/** As the Standard Webhooks have it: whsec_ and base64; any other text stands for its own bytes. */
function keyOf(text: string): Uint8Array | undefined {
  if (!text.startsWith('whsec_')) return Buffer.from(text, 'utf8')
  const coded = text.slice('whsec_'.length)
  return /^[A-Za-z0-9+/]+={0,2}$/.test(coded) ? Buffer.from(coded, 'base64') : undefined
}
