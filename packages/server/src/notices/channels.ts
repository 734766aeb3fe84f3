// Where notices go besides the lists of Gleaner itself: webhooks and recipients of mail, each with a queue and a loop of its own.
import type { NoticeAbout, NoticeBody } from '@gleaner/model'
import type { HookSettings, NoticeSettings } from '../config/notices.ts'
import type { MailRecipients, MailServer } from '../config/mail.ts'
import { chatBody } from './chat-body.ts'
import { mailText } from './mail-text.ts'
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
  wants(about: Pick<NoticeAbout, 'kind' | 'capability' | 'projectId' | 'projectName'>, cloud: string): boolean
  deliver(notice: NoticeBody, delivery: Delivery): Promise<PostOutcome>
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
    wants: (about, cloud) => wants(hook, about, cloud),
    deliver: (notice, { realMs, timeoutMs, signal }) =>
      postNotice(hook, {
        id: notice.id,
        body: hook.chat === undefined ? JSON.stringify(notice) : chatBody(hook.chat, notice),
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
    wants: (about, cloud) => wants(recipients, about, cloud),
    deliver: (notice, { realMs, timeoutMs, signal }) =>
      sendMail(
        server,
        {
          // Without the id of the recipients: who is in two lists has one mail twice, and mail servers know it.
          messageId: `<${notice.id}@${server.domain}>`,
          to: addresses,
          ...mailText(template, notice),
          headers: { 'x-gleaner-kind': notice.kind, 'x-gleaner-instance': headerValue(notice.instance.id) },
          date: new Date(realMs),
        },
        { timeoutMs, signal },
      ),
  }
}

/** Ids are those of a cloud; a header takes printable ASCII. */
function headerValue(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 200)
}

export function wants(
  filter: Pick<HookSettings, 'kinds' | 'capabilities' | 'projects' | 'clouds'>,
  about: Pick<NoticeAbout, 'kind' | 'capability' | 'projectId' | 'projectName'>,
  cloud: string,
): boolean {
  return (
    (filter.kinds?.includes(about.kind) ?? true) &&
    (filter.capabilities?.includes(about.capability) ?? true) &&
    (filter.projects?.some((name) => name === about.projectId || name === about.projectName) ?? true) &&
    (filter.clouds?.includes(cloud) ?? true)
  )
}
