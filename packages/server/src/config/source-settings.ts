// A source of measurements as the server uses it: secrets resolved, defaults filled in, and everything told that a schema
// cannot say, with the key it belongs to.
import { readFileSync } from 'node:fs'
import { type InfluxPlace, queryFault as influxFault } from '@gleaner/driver-influx'
import { queryFault as prometheusFault } from '@gleaner/driver-prometheus'
import { type CloudId, cloudId, parseDurationMs } from '@gleaner/model'
import type { Secret } from './schema-parts.ts'
import type { InfluxSourceConfig, PrometheusSourceConfig, SourceConfig } from './source-schemas.ts'

interface CommonSettings {
  readonly clouds: readonly CloudId[]
  readonly authorization: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** The certificates themselves. */
  readonly ca: string | undefined
  readonly prefer: 'driver' | 'source'
  /** 0: none. */
  readonly backfillMs: number
}

export type SourceSettings =
  | (CommonSettings & { readonly kind: 'prometheus'; readonly config: PrometheusSourceConfig })
  | (CommonSettings & { readonly kind: 'influx'; readonly config: InfluxSourceConfig; readonly place: InfluxPlace })

type Path = readonly (string | number)[]

export interface SettingsReading {
  readonly cloudIds: readonly string[]
  readonly secret: (value: Secret | undefined, path: Path) => string | undefined
  readonly resolvePath: (path: string) => string
  readonly fault: (path: Path, detail: string) => void
}

const defaultBackfillMs = 14 * 86_400_000

export function sourceSettings(config: SourceConfig, reading: SettingsReading): SourceSettings {
  const { fault, secret } = reading
  addressFaults(config.url, fault)
  for (const [index, name] of (config.clouds ?? []).entries()) {
    if (!reading.cloudIds.includes(name)) fault(['clouds', index], `the cloud "${name}" is not configured below clouds`)
  }
  if ((config.presets ?? []).length + (config.queries ?? []).length === 0) {
    fault([], `the source "${config.id}" asks for nothing; give presets or queries`)
  }
  for (const key of ['lookback', 'timeout'] as const) {
    if (config[key] !== undefined && parseDurationMs(config[key]) === 0) fault([key], `${key} cannot be nothing`)
  }
  const headers = Object.entries(config.headers ?? {}).map(([name, value]) => {
    const found = secret(value, ['headers', name]) ?? ''
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) fault(['headers', name], `"${name}" is no name of a header`)
    if (!isHeaderText(found)) fault(['headers', name], `the header ${name} holds characters that no header may hold`)
    return [name, found] as const
  })
  const common = {
    clouds: (config.clouds ?? reading.cloudIds).map(cloudId),
    authorization: authorizationOf(config, reading),
    headers: Object.fromEntries(headers),
    ca: config.caFile === undefined ? undefined : certificates(reading.resolvePath(config.caFile), fault),
    prefer: config.prefer ?? 'driver',
    backfillMs:
      config.backfill === 'off'
        ? 0
        : config.backfill === undefined
          ? defaultBackfillMs
          : (parseDurationMs(config.backfill) ?? 0),
  }
  if (config.kind === 'prometheus') {
    for (const [index, query] of (config.queries ?? []).entries()) {
      const found = prometheusFault(query)
      if (found !== undefined) fault(['queries', index], found)
    }
    if (config.match !== undefined && !/^\s*[a-zA-Z_]\w*\s*(=~|!~|!=|=)\s*"/.test(config.match)) {
      fault(['match'], `"${config.match}" is no label matcher, such as job="kvm"`)
    }
    return { ...common, kind: 'prometheus', config }
  }
  for (const [index, query] of (config.queries ?? []).entries()) {
    const found = influxFault(query)
    if (found !== undefined) fault(['queries', index], found)
  }
  return { ...common, kind: 'influx', config, place: placeOf(config, fault) }
}

/** Never shows what may be a password. */
function addressFaults(text: string, fault: SettingsReading['fault']): void {
  if (!URL.canParse(text)) {
    fault(['url'], 'the address cannot be read; one is such as http://prometheus:9090')
    return
  }
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol)) fault(['url'], `an address begins with http or https, not with ${url.protocol}`)
  if (url.username !== '' || url.password !== '')
    fault(['url'], 'the address holds a user; user and password belong into auth')
  if (url.search !== '' || url.hash !== '') fault(['url'], 'the address has a query or a fragment')
}

function authorizationOf({ auth, kind }: SourceConfig, { secret, fault }: SettingsReading): string | undefined {
  if (auth === undefined) return undefined
  const tokenKey = kind === 'prometheus' ? 'bearer' : 'token'
  const given = auth as Readonly<Record<string, Secret | undefined>> & { readonly user?: string }
  const token = secret(given[tokenKey], ['auth', tokenKey])
  const password = secret(given['password'], ['auth', 'password'])
  const hasToken = given[tokenKey] !== undefined
  const hasBasic = given.user !== undefined && given['password'] !== undefined
  if (hasToken === hasBasic || (hasToken && (given.user !== undefined || given['password'] !== undefined))) {
    fault(['auth'], `give user and password, or ${tokenKey}`)
    return undefined
  }
  if (hasToken) {
    if (token !== undefined && !isHeaderText(token))
      fault(['auth', tokenKey], `${tokenKey} holds characters that no header may hold`)
    return `${kind === 'prometheus' ? 'Bearer' : 'Token'} ${token ?? ''}`
  }
  return `Basic ${Buffer.from(`${given.user}:${password ?? ''}`).toString('base64')}`
}

function placeOf(
  { database, retentionPolicy, bucket, org }: InfluxSourceConfig,
  fault: SettingsReading['fault'],
): InfluxPlace {
  if ((database === undefined) === (bucket === undefined)) {
    fault(database === undefined ? [] : ['bucket'], 'give database (InfluxDB 1.x), or bucket and org (2.x)')
  }
  if (database !== undefined) {
    if (org !== undefined) fault(['org'], 'org belongs to a bucket of InfluxDB 2.x')
    return { database, retentionPolicy }
  }
  if (bucket !== undefined && org === undefined) fault(['bucket'], 'org is missing: the organisation of the bucket')
  if (retentionPolicy !== undefined) fault(['retentionPolicy'], 'retentionPolicy belongs to a database of InfluxDB 1.x')
  return { bucket: bucket ?? '', org: org ?? '' }
}

function isHeaderText(text: string): boolean {
  return /^[\x20-\x7e\x80-\xff]*$/.test(text)
}

function certificates(path: string, fault: SettingsReading['fault']): string | undefined {
  try {
    const found = readFileSync(path, 'utf8')
    if (!found.includes('-----BEGIN CERTIFICATE-----')) fault(['caFile'], `${path} holds no certificate in PEM`)
    return found
  } catch (error) {
    fault(['caFile'], `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
    return undefined
  }
}
