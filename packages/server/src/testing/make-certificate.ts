// Certificates and revocation lists for tests, built octet by octet: also such as no authority would sign. Nothing of the
// readers under test is used here.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

type Part = readonly [oid: string, text: string, tag?: number]
/** In the order of the certificate; an inner list is one part of several values. */
export type TestName = readonly (Part | readonly Part[])[]

const oids: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  DC: '0.9.2342.19200300.100.1.25',
}
const ecdsaWithSha256 = '1.2.840.10045.4.3.2'

export interface TestAuthority {
  readonly name: TestName
  readonly key: KeyObject
  readonly pem: string
}

export interface TestCertificate {
  readonly pem: string
  readonly keyPem: string
}

interface Wanted {
  readonly subject: TestName
  readonly serial?: number
  readonly from?: Date
  readonly to?: Date
  /** For a server: the names it is found under. */
  readonly dnsName?: string
}

export function makeAuthority(name: TestName = [['CN', 'Lab CA']]): TestAuthority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const extensions = [extension('2.5.29.19', tlv(0x30, tlv(0x01, Buffer.of(0xff))))]
  const pem = certificate({ subject: name, serial: 1 }, { name, key: privateKey }, { publicKey, extensions })
  return { name, key: privateKey, pem }
}

export function makeCertificate(authority: Pick<TestAuthority, 'name' | 'key'>, wanted: Wanted): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const use = wanted.dnsName === undefined ? '1.3.6.1.5.5.7.3.2' : '1.3.6.1.5.5.7.3.1'
  const extensions = [extension('2.5.29.37', tlv(0x30, oid(use)))]
  if (wanted.dnsName !== undefined) {
    const address = tlv(0x87, Buffer.of(127, 0, 0, 1))
    extensions.push(extension('2.5.29.17', tlv(0x30, tlv(0x82, Buffer.from(wanted.dnsName)), address)))
  }
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { pem: certificate(wanted, authority, { publicKey, extensions }), keyPem }
}

/** PEM of the list of `serials`, signed by the authority. */
export function makeRevocationList(
  authority: Pick<TestAuthority, 'name' | 'key'>,
  { serials, nextUpdate }: { readonly serials: readonly number[]; readonly nextUpdate?: Date },
): string {
  const revoked = serials.map((serial) => tlv(0x30, integer(serial), time(new Date(0))))
  const toBeSigned = tlv(
    0x30,
    integer(1),
    algorithm(),
    nameOf(authority.name),
    time(new Date(0)),
    ...(nextUpdate === undefined ? [] : [time(nextUpdate)]),
    ...(revoked.length === 0 ? [] : [tlv(0x30, ...revoked)]),
  )
  return pem('X509 CRL', signed(toBeSigned, authority.key))
}

function certificate(
  { subject, serial = 2, from = new Date(0), to = new Date(Date.UTC(2049, 0, 1)) }: Wanted,
  issuer: Pick<TestAuthority, 'name' | 'key'>,
  rest: { readonly publicKey: KeyObject; readonly extensions: readonly Buffer[] },
): string {
  const toBeSigned = tlv(
    0x30,
    tlv(0xa0, integer(2)),
    integer(serial),
    algorithm(),
    nameOf(issuer.name),
    tlv(0x30, time(from), time(to)),
    nameOf(subject),
    rest.publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, tlv(0x30, ...rest.extensions)),
  )
  return pem('CERTIFICATE', signed(toBeSigned, issuer.key))
}

function signed(toBeSigned: Buffer, key: KeyObject): Buffer {
  const signature = sign('sha256', toBeSigned, key)
  return tlv(0x30, toBeSigned, algorithm(), tlv(0x03, Buffer.of(0), signature))
}

function nameOf(name: TestName): Buffer {
  const parts = name.map((part) => (typeof part[0] === 'string' ? [part as Part] : (part as readonly Part[])))
  return tlv(
    0x30,
    ...parts.map((values) =>
      tlv(
        0x31,
        ...values.map(([type, text, tag = 0x0c]) =>
          tlv(0x30, oid(oids[type] ?? type), tlv(tag, Buffer.from(text, tag === 0x0c ? 'utf8' : 'latin1'))),
        ),
      ),
    ),
  )
}

function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size =
    length < 0x80
      ? Buffer.of(length)
      : length < 0x100
        ? Buffer.of(0x81, length)
        : Buffer.of(0x82, length >> 8, length & 0xff)
  return Buffer.concat([Buffer.of(tag), size, content])
}

function integer(value: number): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return tlv(0x02, (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const octets = [first * 40 + second, ...rest].flatMap((value) => {
    const groups = [value & 0x7f]
    for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80)
    return groups
  })
  return tlv(0x06, Buffer.from(octets))
}

function time(date: Date): Buffer {
  const text = date.toISOString().replace(/[-:T]|\.\d+/g, '')
  return tlv(0x17, Buffer.from(text.slice(2)))
}

function algorithm(): Buffer {
  return tlv(0x30, oid(ecdsaWithSha256))
}

function extension(id: string, value: Buffer): Buffer {
  return tlv(0x30, oid(id), tlv(0x04, value))
}

function pem(kind: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${kind}-----\n${lines.join('\n')}\n-----END ${kind}-----\n`
}
