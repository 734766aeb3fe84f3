// Hands one mail to the mail server that is configured, and tells what came of it. The server's certificate is verified whatever
// the environment says; without `plaintext` no password and no mail crosses the network in the clear. What is told about a
// failure is the number of the answer and to what it was given, never what the server said: that may name people.
import { isIP } from 'node:net'
import { createTransport } from 'nodemailer'
import type { MailServer } from '../config/mail.ts'
import type { PostOutcome } from './post-notice.ts'

export interface Mail {
  /** The same in every repetition: mail servers leave out what they have already. */
  readonly messageId: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly headers?: Readonly<Record<string, string>>
  readonly date: Date
}

export async function sendMail(
  server: MailServer,
  mail: Mail,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<PostOutcome> {
  const transport = createTransport({
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    ...(server.user === undefined ? {} : { auth: { user: server.user, pass: server.password ?? '' } }),
    tls: {
      rejectUnauthorized: true,
      ...(isIP(server.host) === 0 ? { servername: server.host } : {}),
      ...(server.ca === undefined ? {} : { ca: server.ca }),
    },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: 0,
    maxResponseSize: 64 * 1024,
    logger: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    const sent = await transport.sendMail({
      from: server.from,
      envelope: { from: server.envelopeFrom, to: [...mail.to] },
      to: [...mail.to],
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      messageId: mail.messageId,
      date: mail.date,
      headers: { 'auto-submitted': 'auto-generated', ...mail.headers },
      signal: AbortSignal.any([signal, deadline]),
    })
    const refusals = sent.rejectedErrors ?? []
    if (refusals.length === 0) return { kind: 'delivered' }
    // Once more to all of them: those who have it know it by its id.
    const later = refusals.find((each) => (each.responseCode ?? 0) < 500)
    if (later !== undefined) return judge(later, undefined)
    return { kind: 'delivered', refusedBy: `it does not take ${refusals.length} of ${mail.to.length} addresses` }
  } catch (error) {
    return judge(error as MailError, deadline.aborted ? timeoutMs : undefined)
  } finally {
    transport.close()
  }
}

interface MailError extends Error {
  readonly code?: string | undefined
  readonly responseCode?: number | undefined
  readonly command?: string | undefined
}

/** Answers by which the server wants somebody to log in, or better encryption: the configuration is wrong and not the mail. */
const ofTheSession: ReadonlySet<number> = new Set([500, 502, 503, 504, 521, 523, 530, 534, 535, 538])

function judge({ code, responseCode, command }: MailError, timedOutMs: number | undefined): PostOutcome {
  const failed = (fault: string): PostOutcome => ({ kind: 'failed', fault, retryAfterMs: undefined })
  if (timedOutMs !== undefined) return failed(`no answer within ${timedOutMs / 1000} s`)
  if (responseCode === undefined) return failed(wordOf(code ?? 'broken off'))
  if (code === 'EAUTH') return failed(`it answers ${responseCode} to user and password`)
  const fault = `it answers ${responseCode} to ${command ?? 'the mail'}`
  const isOfTheMail = command === 'RCPT TO' || command === 'DATA'
  if (isOfTheMail && responseCode >= 500 && !ofTheSession.has(responseCode)) return { kind: 'refused', fault }
  return failed(fault)
}

function wordOf(code: string): string {
  if (code === 'ETLS') return 'it does not offer TLS, or its certificate is not accepted'
  if (code === 'EAUTH') return 'user or password are not accepted'
  return code
}
