// The sections `tls` and `people` of the configuration: the server's own certificate, whose client certificates are
// accepted, from which proxies, and which keystone vouches for tokens of OpenStack. Files are looked at here, so that a wrong
// one is a fault of the configuration and not of the first visitor.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { OneOf, type Role, DurationText, roles } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import { certificatesIn } from '../auth/certificates/certificate-judge.ts'
import type { DurationReader } from './duration-reader.ts'
import { isLoopback } from './listen.ts'
import type { Secret as SecretValue } from './schema-parts.ts'
import { Secret } from './schema-parts.ts'

const strict = { additionalProperties: false } as const

export const TlsConfig = Type.Object(
  {
    certificate: Type.String({
      minLength: 1,
      description: 'PEM file of the server’s certificate, with its chain; taken anew when it is renewed',
    }),
    key: Type.String({ minLength: 1, description: 'PEM file of its private key' }),
  },
  strict,
)
export type TlsConfig = Static<typeof TlsConfig>

export const PeopleConfig = Type.Object(
  {
    certificates: Type.Optional(
      Type.Object(
        {
          authorities: Type.String({
            minLength: 1,
            description: 'PEM file of the authorities whose client certificates are accepted',
          }),
          revoked: Type.Optional(
            Type.Array(Type.String({ minLength: 1 }), {
              minItems: 1,
              maxItems: 100,
              description:
                'Files of their revocation lists, PEM or DER, read again when they change; every authority then needs one (revocation is not checked)',
            }),
          ),
          blocked: Type.Optional(
            Type.String({
              minLength: 1,
              description: 'File of blocked serial numbers, hexadecimal, one a line, read again when it changes (none)',
            }),
          ),
          warnBefore: Type.Optional(DurationText),
          proxy: Type.Optional(
            Type.Object(
              {
                addresses: Type.Array(Type.String({ minLength: 1 }), {
                  minItems: 1,
                  maxItems: 100,
                  description: 'IP addresses of the proxies that end TLS; from others the header is refused',
                }),
                header: Type.Optional(
                  Type.String({
                    pattern: '^[A-Za-z][A-Za-z0-9-]{0,60}$',
                    description: 'Header that carries the certificate (x-ssl-client-cert)',
                  }),
                ),
                secret: Type.Optional(
                  Type.Union(Secret.anyOf, {
                    description:
                      'What the proxy sends in x-gleaner-proxy-secret, at least 16 characters (not asked for)',
                  }),
                ),
              },
              { ...strict, description: 'Certificates in a header, from a proxy that ends TLS (none)' },
            ),
          ),
        },
        { ...strict, description: 'Login by client certificate' },
      ),
    ),
    keystone: Type.Optional(
      Type.Object(
        {
          cloud: Type.String({
            description: 'Id of the OpenStack cloud, as below clouds, that the projects belong to',
          }),
          url: Type.String({ minLength: 1, description: 'Address of keystone, such as http://controller:5000/v3' }),
          caFile: Type.Optional(
            Type.String({ minLength: 1, description: 'Certificates keystone is verified with, PEM' }),
          ),
          roles: Type.Optional(
            Type.Record(Type.String({ minLength: 1, maxLength: 64 }), OneOf(roles), {
              description: 'Role of keystone to role of Gleaner; others give nothing (member: member, reader: viewer)',
            }),
          ),
        },
        { ...strict, description: 'Tokens of keystone are accepted, for the project they are made for' },
      ),
    ),
  },
  strict,
)
export type PeopleConfig = Static<typeof PeopleConfig>

export interface TlsSettings {
  /** PEM. */
  readonly certificate: string
  readonly key: string
  /** Where they were read, and are read again when they are renewed. */
  readonly certificateFile: string
  readonly keyFile: string
}

export interface PeopleSettings {
  /** Undefined when client certificates are not asked for. */
  readonly certificates:
    | {
        /** PEM. */
        readonly authorities: string
        readonly revoked: readonly string[]
        readonly blocked: string | undefined
      }
    | undefined
  readonly proxy:
    | {
        readonly addresses: readonly string[]
        /** Lower case. */
        readonly header: string
        readonly secret: string | undefined
      }
    | undefined
  readonly warnBeforeMs: number
  readonly keystone:
    | {
        readonly cloud: string
        readonly url: URL
        readonly ca: string | undefined
        readonly roles: Readonly<Record<string, Role>>
      }
    | undefined
}

type Path = readonly (string | number)[]

export interface PeopleReading {
  readonly fault: (path: Path, detail: string) => void
  readonly secret: (value: SecretValue | undefined, path: Path) => string | undefined
  readonly resolvePath: (path: string) => string
  readonly durationMs: DurationReader
  readonly openStackIds: readonly string[]
  readonly hasTls: boolean
}

export function readTls(given: TlsConfig | undefined, reading: Pick<PeopleReading, 'fault' | 'resolvePath'>) {
  if (given === undefined) return undefined
  const certificate = pemFile(given.certificate, ['certificate'], reading)
  const key = textFile(given.key, ['key'], reading)
  if (certificate === undefined || key === undefined) return undefined
  try {
    if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)))
      reading.fault(['key'], `${given.key} is not the key of ${given.certificate}`)
  } catch {
    reading.fault(['key'], `${given.key} holds no private key in PEM that can be read without a password`)
  }
  const { resolvePath } = reading
  return {
    certificate,
    key,
    certificateFile: resolvePath(given.certificate),
    keyFile: resolvePath(given.key),
  } satisfies TlsSettings
}

export function readPeople(given: PeopleConfig = {}, reading: PeopleReading): PeopleSettings {
  const warnBeforeMs = reading.durationMs('people.certificates.warnBefore', given.certificates?.warnBefore, {
    otherwiseMs: 14 * 86_400_000,
    effect: 'How long before a client certificate expires its owner is warned',
  })
  return {
    ...readCertificates(given.certificates, reading),
    warnBeforeMs,
    keystone: readKeystone(given.keystone, reading),
  }
}

function readCertificates(
  given: PeopleConfig['certificates'],
  reading: PeopleReading,
): Pick<PeopleSettings, 'certificates' | 'proxy'> {
  if (given === undefined) return { certificates: undefined, proxy: undefined }
  const { resolvePath } = reading
  const at = (key: string) => ['certificates', key]
  const authorities = pemFile(given.authorities, at('authorities'), reading)
  for (const [index, file] of (given.revoked ?? []).entries()) textFile(file, [...at('revoked'), index], reading)
  if (given.blocked !== undefined) textFile(given.blocked, at('blocked'), reading)
  const proxy = readProxy(given.proxy, reading)
  if (!reading.hasTls && proxy === undefined)
    reading.fault(['certificates'], 'no certificate can ever arrive: configure tls, or certificates.proxy')
  if (authorities === undefined) return { certificates: undefined, proxy: undefined }
  return {
    certificates: {
      authorities,
      revoked: (given.revoked ?? []).map(resolvePath),
      blocked: given.blocked === undefined ? undefined : resolvePath(given.blocked),
    },
    proxy,
  }
}

function readProxy(
  given: NonNullable<PeopleConfig['certificates']>['proxy'],
  { fault, secret }: PeopleReading,
): PeopleSettings['proxy'] {
  if (given === undefined) return undefined
  const at = ['certificates', 'proxy']
  for (const [index, address] of given.addresses.entries())
    if (isIP(address) === 0) fault([...at, 'addresses', index], `"${address}" is no IP address`)
  const shared = secret(given.secret, [...at, 'secret'])
  if (shared !== undefined && shared.length < 16)
    fault([...at, 'secret'], 'the secret is shorter than 16 characters; take a longer one')
  return { addresses: given.addresses, header: (given.header ?? 'x-ssl-client-cert').toLowerCase(), secret: shared }
}

function readKeystone(given: PeopleConfig['keystone'], reading: PeopleReading): PeopleSettings['keystone'] {
  if (given === undefined) return undefined
  const { fault, openStackIds } = reading
  if (!openStackIds.includes(given.cloud))
    fault(['keystone', 'cloud'], `"${given.cloud}" is no OpenStack cloud that is configured below clouds`)
  const ca = given.caFile === undefined ? undefined : pemFile(given.caFile, ['keystone', 'caFile'], reading)
  if (!URL.canParse(given.url) || !/^https?:$/.test(new URL(given.url).protocol)) {
    fault(['keystone', 'url'], `"${given.url}" is no address, such as http://controller:5000/v3`)
    return undefined
  }
  const url = new URL(given.url)
  if (url.username !== '' || url.password !== '' || url.search !== '')
    fault(['keystone', 'url'], 'the address holds a user, a password or a query; each token is asked about by itself')
  if (url.protocol === 'http:' && url.hostname !== '' && !isLoopback(url.hostname) && ca !== undefined)
    fault(['keystone', 'caFile'], 'caFile says nothing about an address that begins with http')
  const path = url.pathname.replace(/\/+$/, '')
  return {
    cloud: given.cloud,
    url: new URL(`${url.origin}${path.endsWith('/v3') ? path : `${path}/v3`}`),
    ca,
    roles: given.roles ?? { member: 'member', reader: 'viewer' },
  }
}

function pemFile(path: string, at: Path, reading: Pick<PeopleReading, 'fault' | 'resolvePath'>): string | undefined {
  const text = textFile(path, at, reading)
  if (text === undefined) return undefined
  try {
    if (certificatesIn(text).length > 0) return text
    reading.fault(at, `${reading.resolvePath(path)} holds no certificate in PEM`)
  } catch {
    reading.fault(at, `${reading.resolvePath(path)} holds a certificate that cannot be read`)
  }
  return undefined
}

function textFile(path: string, at: Path, { fault, resolvePath }: Pick<PeopleReading, 'fault' | 'resolvePath'>) {
  const file = resolvePath(path)
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    fault(at, `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
    return undefined
  }
}
