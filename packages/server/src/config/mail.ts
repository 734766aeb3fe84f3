// The part `mail` of the section `notices`: through which server mails go, from whom, and who gets which. The password is
// resolved here and stands in no log, no answer and no database.
import { OneOf } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import { templateFields, templateLength } from '../notices/message-template.ts'
import { compileMail, type MailTemplate, usualSubject, usualText } from '../notices/mail-text.ts'
import { nearest } from './faults.ts'
import { readCertificates } from './hook-address.ts'
import { isLoopback } from './listen.ts'
import type { NoticesReading } from './notices.ts'
import { SectionName, Secret } from './schema-parts.ts'
import { wantedKeys, type WantedMessages } from './wanted-messages.ts'

const strict = { additionalProperties: false } as const
const securities = ['starttls', 'tls', 'none'] as const

const RecipientsConfig = Type.Object(
  {
    id: SectionName,
    addresses: Type.Array(Type.String({ minLength: 3, maxLength: 254 }), {
      minItems: 1,
      maxItems: 100,
      description: 'Who gets it, each such as shop@example.org',
    }),
    subject: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: `With {fields} (${usualSubject})` }),
    ),
    template: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: templateLength,
        description: 'What it says, with {fields}; a line whose fields are all empty is left out (all that matters)',
      }),
    ),
    ...wantedKeys,
  },
  strict,
)

export const MailConfig = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 253, description: 'The mail server that takes mails' }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: 'Its port (587; 465 with tls)' })),
    security: Type.Optional(
      OneOf(securities, {
        description:
          'starttls: encrypted after the greeting, or nothing is sent; tls: from the start; none: on this machine (starttls)',
      }),
    ),
    plaintext: Type.Optional(
      Type.Boolean({ description: 'security: none to another machine is meant as it is written (false)' }),
    ),
    caFile: Type.Optional(
      Type.String({ minLength: 1, description: 'Certificates that the server is verified with, PEM' }),
    ),
    user: Type.Optional(Type.String({ minLength: 1, maxLength: 254, description: 'Who logs in there (nobody)' })),
    password: Type.Optional(Secret),
    from: Type.String({
      minLength: 3,
      maxLength: 320,
      description: 'Sender, such as Gleaner <gleaner@example.org>; what bounces goes back there',
    }),
    recipients: Type.Array(RecipientsConfig, { minItems: 1, maxItems: 200 }),
  },
  { ...strict, description: 'Notices by mail (none)' },
)
export type MailConfig = Static<typeof MailConfig>

export interface MailServer {
  readonly host: string
  readonly port: number
  readonly security: (typeof securities)[number]
  readonly ca: string | undefined
  readonly user: string | undefined
  readonly password: string | undefined
  readonly from: string
  /** The bare address. */
  readonly envelopeFrom: string
  /** Of the sender: what message ids end with. */
  readonly domain: string
}

export interface MailRecipients extends WantedMessages {
  readonly id: string
  readonly addresses: readonly string[]
  readonly template: MailTemplate
}

export interface MailSettings {
  readonly server: MailServer
  readonly recipients: readonly MailRecipients[]
}

/** As mail servers take them without extensions; no sign in it can end a line, a header or an address. */
const addressShape = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)$/
const namedShape = /^[^<>"\p{Cc}]{0,200}<([^<>\s]+)>$/u

export function readMail(given: MailConfig | undefined, reading: NoticesReading): MailSettings | undefined {
  if (given === undefined) return undefined
  const fault = (path: readonly (string | number)[], detail: string) => reading.fault(['mail', ...path], detail)
  const security = given.security ?? 'starttls'
  if (security === 'none' && !isLoopback(given.host) && given.plaintext !== true)
    fault(['security'], 'mails would cross the network in the clear; use starttls or tls, or say plaintext: true')
  const password = reading.secret(given.password, ['mail', 'password'])
  if ((given.user === undefined) !== (given.password === undefined))
    fault(['user'], 'user and password belong together')
  if (given.user !== undefined && security === 'none' && !isLoopback(given.host))
    fault(['password'], 'a password never crosses the network in the clear; use starttls or tls')
  const ca =
    given.caFile === undefined ? undefined : readCertificates(given.caFile, { fault, resolvePath: reading.resolvePath })
  const envelopeFrom = (namedShape.exec(given.from)?.[1] ?? given.from).trim()
  const domain = addressShape.exec(envelopeFrom)?.[1]
  if (domain === undefined)
    fault(['from'], `${JSON.stringify(given.from)} is no address, such as Gleaner <gleaner@example.org>`)
  const seen = new Set<string>()
  const recipients = given.recipients.flatMap((each, index): MailRecipients[] => {
    const at = (key: string, more: readonly (string | number)[] = []) => ['recipients', index, key, ...more]
    if (seen.has(each.id)) fault(at('id'), `the id "${each.id}" is used twice`)
    seen.add(each.id)
    for (const [number, address] of each.addresses.entries())
      if (!addressShape.test(address)) fault(at('addresses', [number]), `${JSON.stringify(address)} is no address`)
    for (const [number, cloud] of (each.clouds ?? []).entries())
      if (!reading.cloudIds.includes(cloud))
        fault(at('clouds', [number]), `the cloud "${cloud}" is not configured below clouds`)
    const template = compileMail(each.subject ?? usualSubject, each.template ?? usualText)
    if ('unknown' in template) {
      const key = (each.subject ?? '').includes(`{${template.unknown}}`) ? 'subject' : 'template'
      fault(at(key), `the field {${template.unknown}} does not exist${nearest(template.unknown, templateFields)}`)
      return []
    }
    const { id, kinds, capabilities: of, projects, clouds } = each
    const addresses = [...new Set(each.addresses.map((address) => address.toLowerCase()))]
    return [{ id, addresses, template, kinds, capabilities: of, projects, clouds }]
  })
  const { host, user, from } = given
  const port = given.port ?? (security === 'tls' ? 465 : 587)
  const server = { host, port, security, ca, user, password, from, envelopeFrom, domain: domain ?? '' }
  return { server, recipients }
}
