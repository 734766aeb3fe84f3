// Where an OpenNebula is and who Gleaner is there: from the file, else from where OpenNebula's own tools take it
// (ONE_XMLRPC, the file that ONE_AUTH names, ~/.one/one_auth). What cannot be used is told with the key it belongs to.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { defaultEndpoint } from '@gleaner/driver-opennebula'
import type { OpenNebulaCloud } from './schema.ts'

export interface OpenNebulaSettings extends Omit<OpenNebulaCloud, 'endpoint' | 'auth' | 'ca'> {
  readonly endpoints: readonly string[]
  readonly session: string
  /** The certificates themselves. */
  readonly ca: string | undefined
}

export interface SettingsSource {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Paths of the file are relative to it. */
  readonly directory: string
  /** `auth` of the file, resolved; undefined when the file has none. */
  readonly auth: string | undefined
  readonly fault: (path: readonly string[], detail: string) => void
}

export function openNebulaSettings(cloud: OpenNebulaCloud, source: SettingsSource): OpenNebulaSettings {
  const { endpoint, auth: _, ca, ...rest } = cloud
  return {
    ...rest,
    endpoints: endpointsOf(endpoint, source),
    session: sessionOf(cloud, source),
    ca: ca === undefined ? undefined : certificates(resolve(source.directory, ca), source),
  }
}

function endpointsOf(given: OpenNebulaCloud['endpoint'], { environment, fault }: SettingsSource): readonly string[] {
  const endpoints = given === undefined ? [environment['ONE_XMLRPC'] || defaultEndpoint] : [given].flat()
  for (const endpoint of endpoints) {
    const found = addressFault(endpoint)
    if (found === undefined) continue
    const from = given === undefined ? ' (from ONE_XMLRPC)' : ''
    fault(['endpoint'], `${found}${from}; OpenNebula’s is such as ${defaultEndpoint}`)
  }
  return endpoints
}

/** Never shows what may be a password. */
function addressFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'the address of an endpoint cannot be read'
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol)) return `an endpoint begins with http or https, not with ${url.protocol}`
  if (url.username !== '' || url.password !== '') return 'an endpoint holds a user; user and password belong into auth'
  return undefined
}

function sessionOf(cloud: OpenNebulaCloud, { environment, auth, fault }: SettingsSource): string {
  if (cloud.auth !== undefined) {
    if (auth !== undefined && !isSession(auth)) fault(['auth'], 'auth must hold user:password, or user:token')
    return auth ?? ''
  }
  const named = environment['ONE_AUTH']
  const path = named || join(environment['HOME'] ?? '/', '.one', 'one_auth')
  const where = named ? `the file ${path} that ONE_AUTH names` : `the file ${path}`
  let session: string
  try {
    session = readFileSync(path, 'utf8').trim()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error'
    fault([], `"auth" is missing and ${where} cannot be read (${code})`)
    return ''
  }
  if (!isSession(session)) fault([], `"auth" is missing and ${where} holds no user:password`)
  return session
}

/** One line, with something on both sides of the colon; as XML it has to be without control characters. */
function isSession(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /^[^:\u0000-\u001f]+:[^\u0000-\u001f]+$/.test(text)
}

function certificates(path: string, { fault }: SettingsSource): string | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    if (!text.includes('-----BEGIN CERTIFICATE-----')) fault(['ca'], `${path} holds no certificate in PEM form`)
    return text
  } catch (error) {
    fault(['ca'], `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
    return undefined
  }
}
