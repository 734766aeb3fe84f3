// The section `front` of the configuration: where the Nova-compatible front leads to, and its limits. Everything the front
// ever calls stands here; nothing of it comes from a request.
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { type CloudId, DurationText, cloudId } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import type { DurationReader } from './duration-reader.ts'

const strict = { additionalProperties: false } as const

const address = (description: string) => Type.String({ minLength: 1, maxLength: 1000, description })

export const FrontConfig = Type.Object(
  {
    cloud: Type.String({ description: 'Id of the OpenStack cloud, as below clouds, that nova belongs to' }),
    upstream: address('Address of nova without /v2.1, such as http://controller:8774'),
    identity: address('Address of keystone, such as http://controller:5000/v3; tells whose token it is'),
    publicUrl: Type.Optional(
      address('Address of the front as clients know it, /compute included; that of the request if absent'),
    ),
    alsoAddressed: Type.Optional(
      Type.Array(address('Another address'), {
        maxItems: 20,
        description:
          'Other addresses nova puts into its links (compute_link_prefix); they are led to the front as well',
      }),
    ),
    listen: Type.Optional(
      address('address:port on which the front alone answers; beside the console and the API if absent'),
    ),
    caFile: Type.Optional(Type.String({ description: 'Certificates that nova and keystone are verified with, PEM' })),
    wait: Type.Optional(DurationText),
    silence: Type.Optional(DurationText),
    maxRequests: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100_000, description: 'Requests under way at a time (256)' }),
    ),
    maxWaiting: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 10_000, description: 'Creates that wait for room at a time (32)' }),
    ),
  },
  strict,
)
export type FrontConfig = Static<typeof FrontConfig>

export interface FrontSettings {
  readonly cloudId: CloudId
  readonly upstream: URL
  /** Ends with the version: /v3. */
  readonly identity: URL
  /** Without a slash at the end. */
  readonly publicUrl: string | undefined
  readonly alsoAddressed: readonly string[]
  /** Of its own; undefined when it shares the address of the API. */
  readonly listen: { readonly host: string; readonly port: number } | undefined
  /** Authority of the address it answers at, for links when the request names none. */
  readonly listenAuthority: string
  readonly ca: string | undefined
  readonly waitMs: number
  readonly silenceMs: number
  readonly maxRequests: number
  readonly maxWaiting: number
}

export interface FrontReading {
  readonly fault: (path: readonly string[], detail: string) => void
  readonly durationMs: DurationReader
  readonly parseListen: (text: string) => { host: string; port: number } | undefined
  /** Where the API listens. */
  readonly listen: { readonly host: string; readonly port: number }
  readonly cloudIds: readonly string[]
  readonly resolvePath: (path: string) => string
}

/** The section with its defaults; undefined when there is none. Every fault is told, with its key. */
export function readFront(front: FrontConfig | undefined, reading: FrontReading): FrontSettings | undefined {
  const waitMs = reading.durationMs('front.wait', front?.wait, {
    otherwiseMs: 300_000,
    effect: 'How long a create waits for room that is being made before nova gets it as it is',
  })
  const silenceMs = reading.durationMs('front.silence', front?.silence, {
    otherwiseMs: 120_000,
    effect: 'How long nova may say nothing before the front gives a request up',
  })
  if (front === undefined) return undefined
  if (!reading.cloudIds.includes(front.cloud))
    reading.fault(['cloud'], `the cloud "${front.cloud}" is not configured below clouds`)
  const upstream = readAddress(front.upstream, 'upstream', reading)
  if (/\/v2(?:\.1)?\/?$/.test(upstream?.pathname ?? ''))
    reading.fault(['upstream'], `${front.upstream} names a version; leave it out, the front serves all of them`)
  const identity = readAddress(front.identity, 'identity', reading)
  const publicUrl = front.publicUrl === undefined ? undefined : readAddress(front.publicUrl, 'publicUrl', reading)
  const listen = front.listen === undefined ? undefined : reading.parseListen(front.listen)
  if (front.listen !== undefined && listen === undefined)
    reading.fault(['listen'], `"${front.listen}" is no address:port, such as 127.0.0.1:8774`)
  const others = (front.alsoAddressed ?? []).map((text) => readAddress(text, 'alsoAddressed', reading))
  const ca = front.caFile === undefined ? undefined : readCertificates(front.caFile, reading)
  if (upstream === undefined || identity === undefined) return undefined
  return {
    cloudId: cloudId(front.cloud),
    upstream,
    identity: withVersion(identity),
    publicUrl: publicUrl === undefined ? undefined : bare(publicUrl),
    alsoAddressed: others.filter((url) => url !== undefined).map(bare),
    listen,
    listenAuthority: authorityOf(listen ?? reading.listen),
    ca,
    waitMs,
    silenceMs,
    maxRequests: front.maxRequests ?? 256,
    maxWaiting: front.maxWaiting ?? 32,
  }
}

function readAddress(text: string, key: string, { fault }: FrontReading): URL | undefined {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    fault([key], `"${text}" is no address, such as http://controller:8774`)
    return undefined
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') fault([key], `"${text}" is neither http nor https`)
  if (url.username !== '' || url.password !== '')
    fault([key], `${key} holds a user or a password; the front uses the token of each caller and no other`)
  if (url.search !== '' || url.hash !== '') fault([key], `"${text}" has a query or a fragment`)
  return url
}

function readCertificates(path: string, { fault, resolvePath }: FrontReading): string | undefined {
  const file = resolvePath(path)
  try {
    const text = readFileSync(file, 'utf8')
    if (!text.includes('-----BEGIN CERTIFICATE-----')) fault(['caFile'], `${file} holds no certificate in PEM`)
    return text
  } catch (error) {
    fault(['caFile'], `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
    return undefined
  }
}

function withVersion(identity: URL): URL {
  const path = identity.pathname.replace(/\/+$/, '')
  return new URL(`${identity.origin}${path.endsWith('/v3') ? path : `${path}/v3`}`)
}

function bare(url: URL): string {
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function authorityOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}
