// A mail server that listens for real, speaks STARTTLS and asks for passwords as a test says, and keeps what it takes.
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** Who logged in. */
  readonly user: string | undefined
  readonly secure: boolean
  /** As it came over the wire. */
  readonly raw: string
}

export interface MailReceiver {
  readonly port: number
  readonly received: readonly ReceivedMail[]
  close(): Promise<void>
}

export interface MailReceiverOptions {
  readonly tls?: { readonly cert: string; readonly key: string }
  /** TLS from the start. */
  readonly secure?: boolean
  /** Name and password that are let in; without, nobody is asked. */
  readonly login?: { readonly user: string; readonly password: string }
  /** The number to answer a recipient with, instead of taking it. */
  readonly refuse?: (address: string) => number | undefined
  /** The number to answer a mail with. */
  readonly refuseMail?: () => number | undefined
}

export async function openMailReceiver(options: MailReceiverOptions = {}): Promise<MailReceiver> {
  const received: ReceivedMail[] = []
  const fault = (responseCode: number) => Object.assign(new Error('no, said the mailbox of somebody'), { responseCode })
  const settings: SMTPServerOptions = {
    logger: false,
    secure: options.secure === true,
    ...options.tls,
    hideSTARTTLS: options.tls === undefined,
    authOptional: options.login === undefined,
    disabledCommands: options.login === undefined ? ['AUTH'] : [],
    onAuth: ({ username, password }, _session, done) => {
      if (username === options.login?.user && password === options.login?.password) done(null, { user: username })
      else done(Object.assign(new Error('no'), { responseCode: 535 }))
    },
    onRcptTo: ({ address }, _session, done) => {
      const code = options.refuse?.(address)
      done(code === undefined ? undefined : fault(code))
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const code = options.refuseMail?.()
        if (code !== undefined) return done(fault(code))
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          user: session.user as string | undefined,
          secure: session.secure,
          raw: Buffer.concat(chunks).toString('utf8'),
        })
        return done()
      })
    },
  }
  const server = new SMTPServer(settings)
  // A client that breaks off is what some tests do.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return { port, received, close: () => new Promise((resolve) => server.close(() => resolve())) }
}
