// Where notices go besides the lists of Gleaner itself: webhooks and recipients of mail, each with a queue and a loop of its own.
import type { MessageKind, NoticeAbout, NoticeBody, ReportBody } from '@gleaner/model'
import type { HookSettings, NoticeSettings } from '../config/notices.ts'
import type { MailRecipients, MailServer } from '../config/mail.ts'
import type { WantedMessages } from '../config/wanted-messages.ts'
import { chatBody, chatText } from './chat-body.ts'
import { mailText, reportMail } from './mail-text.ts'
import { type PostOutcome, postNotice } from './post-notice.ts'
import { sendMail } from './send-mail.ts'

export interface Delivery {
  /** Real time: receivers refuse what is of another time than theirs. */
  readonly realMs: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface NoticeChannel {
  readonly kind: 'hook' | 'mail'
  readonly id: string
  /** Under which it stands in the queue. */
  readonly notifier: string
  readonly loop: string
  /** As people call it. */
  readonly name: string
  readonly host: string
  readonly remedy: string
  /** Whose projects it is told of, by name or id; undefined: of all. */
  readonly projects: readonly string[] | undefined
  /** Undefined: all. */
  readonly kinds: readonly MessageKind[] | undefined
  wants(about: Concerned, cloud: string): boolean
  deliver(message: NoticeBody | ReportBody, delivery: Delivery): Promise<PostOutcome>
}

/** What decides whether a channel is told. */
export interface Concerned extends Pick<NoticeAbout, 'capability' | 'projectId' | 'projectName'> {
  readonly kind: MessageKind
}

export function isReport(message: NoticeBody | ReportBody): message is ReportBody {
  return message.kind === 'report'
}

export function noticeChannels({
  webhooks,
  mail,
}: Pick<NoticeSettings, 'webhooks' | 'mail'>): readonly NoticeChannel[] {
  return [
    ...webhooks.map(hookChannel),
    ...(mail?.recipients ?? []).map((recipients) => mailChannel(mail?.server as MailServer, recipients)),
  ]
}

function hookChannel(hook: HookSettings): NoticeChannel {
  return {
    kind: 'hook',
    id: hook.id,
    notifier: `webhook:${hook.id}`,
    loop: `deliver:${hook.id}`,
    name: `the hook ${hook.id}`,
    host: hook.url.host,
    remedy:
      'Check that the receiver is up and that address, certificate and authorization of this hook are right; notices wait and are sent again by themselves.',
    projects: hook.projects,
    kinds: hook.kinds,
    wants: (about, cloud) => wants(hook, about, cloud),
    deliver: (message, { realMs, timeoutMs, signal }) =>
      postNotice(hook, {
        id: message.id,
        body: hookBody(hook, message),
        timestampS: Math.floor(realMs / 1000),
        timeoutMs,
        signal,
      }),
  }
}

function mailChannel(server: MailServer, recipients: MailRecipients): NoticeChannel {
  const { id, addresses, template } = recipients
  return {
    kind: 'mail',
    id,
    notifier: `mail:${id}`,
    loop: `mail:${id}`,
    name: `the mail recipients ${id}`,
    host: `${server.host}:${server.port}`,
    remedy:
      'Check that the mail server is up, takes mails from this sender, and that user, password and certificate are right; mails wait and are sent again by themselves.',
    projects: recipients.projects,
    kinds: recipients.kinds,
    wants: (about, cloud) => wants(recipients, about, cloud),
    deliver: (message, { realMs, timeoutMs, signal }) =>
      sendMail(
        server,
        {
          // Without the id of the recipients: who is in two lists has one mail twice, and mail servers know it.
          messageId: `<${message.id}@${server.domain}>`,
          to: addresses,
          ...(isReport(message) ? reportMail(message) : mailText(template, message)),
          headers: {
            'x-gleaner-kind': message.kind,
            ...(isReport(message) ? {} : { 'x-gleaner-instance': headerValue(message.instance.id) }),
          },
          date: new Date(realMs),
        },
        { timeoutMs, signal },
      ),
  }
}

function hookBody({ chat }: HookSettings, message: NoticeBody | ReportBody): string {
  if (chat === undefined) return JSON.stringify(message)
  return isReport(message) ? chatText(chat.form, message.text) : chatBody(chat, message)
}

/** Ids are those of a cloud; a header takes printable ASCII. */
function headerValue(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 200)
}

export function wants(filter: WantedMessages, about: Concerned, cloud: string): boolean {
  return (
    (filter.kinds?.includes(about.kind) ?? true) &&
    (filter.capabilities?.includes(about.capability) ?? true) &&
    (filter.projects?.some((name) => name === about.projectId || name === about.projectName) ?? true) &&
    (filter.clouds?.includes(cloud) ?? true)
  )
}
