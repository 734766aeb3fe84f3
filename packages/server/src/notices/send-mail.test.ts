// Mails over real SMTP on loopback: encrypted or not sent, logged in or not sent, with nothing of a name in a header.
import type { NoticeBody } from '@gleaner/model'
import { createServer } from 'node:net'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority, makeCertificate, type TestAuthority } from '../testing/make-certificate.ts'
import type { MailServer } from '../config/mail.ts'
import { compileMail, mailText, usualSubject, usualText } from './mail-text.ts'
import { sendMail } from './send-mail.ts'
import { type MailReceiver, type MailReceiverOptions, openMailReceiver } from './testing/mail-receiver.ts'

const notice: NoticeBody = {
  version: 1,
  id: 'ntc_1',
  kind: 'announced',
  at: '2026-11-28T20:51:45.000Z',
  due: '2026-11-28T22:51:45.000Z',
  sentence: 'web-1 will be stopped not before 22:51.',
  capability: 'idleness',
  action: 'stop',
  cause: 'forgotten',
  reason: { code: 'rule-matched', sentence: 'Nobody used it.' },
  instance: { id: 'lab:1', name: 'web-1', cloud: 'lab' },
  project: { id: 'lab:p1', name: 'shop' },
  proposal: null,
  decision: null,
  lease: null,
  keepLink: 'https://gleaner.example.org/keep/abc.def',
}
const named = (name: string): NoticeBody => ({
  ...notice,
  sentence: `${name} will be stopped.`,
  instance: { ...notice.instance, name },
})
const textOf = (about: NoticeBody, subject = usualSubject, text = usualText) => {
  const made = compileMail(subject, text)
  if ('unknown' in made) throw new Error(`no field ${made.unknown}`)
  return mailText(made, about)
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})
let authority: TestAuthority
let tls: { readonly cert: string; readonly key: string }
beforeAll(() => {
  authority = makeAuthority([['CN', 'Mail CA']])
  const made = makeCertificate(authority, { subject: [['CN', 'mail']], dnsName: 'localhost' })
  tls = { cert: made.pem, key: made.keyPem }
})

async function receiver(options: MailReceiverOptions = {}): Promise<MailReceiver> {
  const made = await openMailReceiver(options)
  closing.push(() => made.close())
  return made
}
const plain = (port: number): MailServer => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  ca: undefined,
  user: undefined,
  password: undefined,
  from: 'Gleaner <gleaner@example.org>',
  envelopeFrom: 'gleaner@example.org',
  domain: 'example.org',
})
const send = (server: MailServer, about = notice, to: readonly string[] = ['shop@example.org'], timeoutMs = 10_000) =>
  sendMail(
    server,
    { messageId: `<${about.id}@example.org>`, to, ...textOf(about), date: new Date('2026-11-28T20:51:45Z') },
    { timeoutMs, signal: new AbortController().signal },
  )
/** Headers by name, unfolded; a header that comes twice is an array of two. */
function headersOf(raw: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  const [head = ''] = raw.split('\r\n\r\n')
  for (const line of head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const [name = '', ...rest] = line.split(':')
    found.set(name.toLowerCase(), [...(found.get(name.toLowerCase()) ?? []), rest.join(':').trim()])
  }
  return found
}
/** Quoted-printable, undone. */
const plainText = (raw: string) =>
  raw
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

describe('a mail', () => {
  it('has text and HTML of one template, an id that stays, and says that no person wrote it', async () => {
    const { port, received } = await receiver()
    expect(await send(plain(port))).toEqual({ kind: 'delivered' })
    const [mail] = received
    expect(mail).toMatchObject({ from: 'gleaner@example.org', to: ['shop@example.org'] })
    const headers = headersOf(mail?.raw ?? '')
    expect(headers.get('message-id')).toEqual(['<ntc_1@example.org>'])
    expect(headers.get('auto-submitted')).toEqual(['auto-generated'])
    expect(headers.get('subject')).toEqual(['shop: web-1 (announced)'])
    expect(headers.get('from')).toEqual(['Gleaner <gleaner@example.org>'])
    expect(headers.get('content-type')?.[0]).toMatch(/^multipart\/alternative/)
    const body = plainText(mail?.raw ?? '')
    expect(body).toContain('Keep it as it is: https://gleaner.example.org/keep/abc.def')
    expect(body).toContain('<a href="https://gleaner.example.org/keep/abc.def">')
  })

  it('leaves out the lines that have nothing to say', () => {
    const { text, html } = textOf({ ...notice, due: null, keepLink: null })
    expect(text).toBe('web-1 will be stopped not before 22:51.\n\nInstance: web-1 (lab:1) of shop\nRule: forgotten')
    expect(html).not.toContain('<a ')
  })

  it('header injection: a name ends no header, adds no recipient and begins no tag', async () => {
    const { port, received } = await receiver()
    const evil =
      'x\r\nBcc: victim@example.org\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>\u2028.\r\nMAIL FROM:<a@b>'
    expect(await send(plain(port), named(evil))).toEqual({ kind: 'delivered' })
    expect(received).toHaveLength(1)
    expect(received[0]?.to).toEqual(['shop@example.org'])
    const raw = received[0]?.raw ?? ''
    const headers = headersOf(raw)
    expect(headers.has('bcc')).toBe(false)
    expect(headers.get('content-type')).toHaveLength(1)
    expect(headers.get('content-type')?.[0]).toMatch(/^multipart\/alternative/)
    expect(textOf(named(evil)).html).not.toContain('<script')
  })

  it('a line of a dot and a very long name end nothing', async () => {
    const { port, received } = await receiver()
    expect(await send(plain(port), { ...notice, sentence: `.\r\n.\r\n${'y'.repeat(1_000_000)}` })).toEqual({
      kind: 'delivered',
    })
    expect(received).toHaveLength(1)
    expect((received[0]?.raw ?? '').split('\r\n').every((line) => line.length < 998)).toBe(true)
  })
})

describe('the mail server', () => {
  it('is spoken to encrypted, with the certificate verified, and logged in to', async () => {
    const login = { user: 'gleaner', password: 'pass word' }
    for (const secure of [false, true]) {
      const { port, received } = await receiver({ tls, login, secure })
      const server: MailServer = {
        ...plain(port),
        host: 'localhost',
        security: secure ? 'tls' : 'starttls',
        ca: authority.pem,
        ...login,
      }
      expect(await send(server)).toEqual({ kind: 'delivered' })
      expect(received[0]).toMatchObject({ secure: true, user: 'gleaner' })
    }
  })

  it('that offers no encryption, or whose certificate is of somebody else, gets neither password nor mail', async () => {
    const login = { user: 'gleaner', password: 'hidden-password' }
    const open = await receiver()
    const foreign = await receiver({ tls, login })
    for (const [{ port, received }, ca] of [
      [open, authority.pem],
      [foreign, makeAuthority([['CN', 'Other CA']]).pem],
    ] as const) {
      const outcome = await send({ ...plain(port), host: 'localhost', security: 'starttls', ca, ...login })
      expect(outcome).toMatchObject({ kind: 'failed' })
      expect(JSON.stringify(outcome)).not.toContain('hidden-password')
      expect(received).toEqual([])
    }
  })

  it('that refuses the password fails, and the password stands nowhere', async () => {
    const { port, received } = await receiver({ tls, login: { user: 'gleaner', password: 'right' } })
    const server = { ...plain(port), host: 'localhost', security: 'starttls' as const, ca: authority.pem }
    const outcome = await send({ ...server, user: 'gleaner', password: 'hidden-wrong' })
    expect(outcome).toEqual({ kind: 'failed', fault: 'it answers 535 to user and password', retryAfterMs: undefined })
    expect(received).toEqual([])
  })

  it.each<[string, MailReceiverOptions, object]>([
    ['an address for good', { refuse: () => 550 }, { kind: 'refused', fault: 'it answers 550 to RCPT TO' }],
    ['an address for now', { refuse: () => 450 }, { kind: 'failed', fault: 'it answers 450 to RCPT TO' }],
    ['the mail for good', { refuseMail: () => 552 }, { kind: 'refused', fault: 'it answers 552 to DATA' }],
    ['the mail for now', { refuseMail: () => 451 }, { kind: 'failed', fault: 'it answers 451 to DATA' }],
    ['whoever does not log in', { refuse: () => 530 }, { kind: 'failed', fault: 'it answers 530 to RCPT TO' }],
  ])('may refuse %s', async (_, options, outcome) => {
    const { port } = await receiver(options)
    const told = await send(plain(port))
    expect(told).toMatchObject(outcome)
    // What a server says may name people.
    expect(JSON.stringify(told)).not.toContain('mailbox of somebody')
  })

  it('that refuses one of several tells so; one that refuses it for now gets it again', async () => {
    const to = ['a@example.org', 'b@example.org', 'c@example.org']
    const bounce = await receiver({ refuse: (address) => (address.startsWith('b') ? 550 : undefined) })
    expect(await send(plain(bounce.port), notice, to)).toEqual({
      kind: 'delivered',
      refusedBy: 'it does not take 1 of 3 addresses',
    })
    expect(bounce.received[0]?.to).toEqual(['a@example.org', 'c@example.org'])
    const greylist = await receiver({ refuse: (address) => (address.startsWith('b') ? 451 : undefined) })
    expect(await send(plain(greylist.port), notice, to)).toMatchObject({ kind: 'failed' })
  })

  it('that is away, says nothing, or talks without end holds nobody up', async () => {
    const dead = await receiver()
    await dead.close()
    closing.pop()
    expect(await send(plain(dead.port))).toMatchObject({ kind: 'failed' })
    const silent = createServer(() => {})
    const flood = createServer((socket) => {
      socket.on('error', () => {})
      const line = `220-${'x'.repeat(65_000)}\r\n`
      const more = () => {
        while (socket.writable && socket.write(line));
      }
      socket.on('drain', more)
      more()
    })
    for (const server of [silent, flood]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const outcome = await send(plain(port), notice, undefined, 1000)
      expect(outcome).toMatchObject({ kind: 'failed' })
      await new Promise<void>((resolve) => server.close(() => resolve()))
    }
  })
})
