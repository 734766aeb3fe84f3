// The settings of one cloud as OpenStack's own tools read them: an entry of clouds.yaml with secure.yaml laid over it, or
// the OS_ variables of the environment. Only what is used here is read; what is wrong is said with file and key.
//
// Looked for where those tools look: OS_CLIENT_CONFIG_FILE, the current folder, ~/.config/openstack, /etc/openstack. An
// entry's `profile` takes what it does not set from clouds-public.yaml in the same folder.
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { homedir } from 'node:os'
import { parse } from 'yaml'
import type { AuthSettings } from './credentials.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { SettingsError } from './settings-error.ts'

export interface CloudSettings {
  readonly authUrl: string
  readonly authType: string | undefined
  readonly auth: AuthSettings
  readonly region: string | undefined
  /** public, internal or admin. */
  readonly interface: string
  readonly verify: boolean
  readonly caFile: string | undefined
  readonly certFile: string | undefined
  readonly keyFile: string | undefined
  /** By service type, for clouds whose catalogue is not reachable from here. */
  readonly endpoints: Readonly<Record<string, string>>
}

export interface SettingsSource {
  /** Name of the entry in clouds.yaml; undefined takes OS_CLOUD, else the OS_ variables. */
  readonly cloud?: string | undefined
  /** Path of clouds.yaml. */
  readonly file?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly home?: string
}

export async function loadCloudSettings(source: SettingsSource): Promise<CloudSettings> {
  const env = source.env ?? process.env
  const name = source.cloud ?? (source.file === undefined ? env['OS_CLOUD'] : undefined)
  if (name === undefined && source.file === undefined) return settingsFromEnvironment(env)
  const { file, clouds } = await findClouds(source, env)
  const chosen = name ?? onlyOne(clouds, file)
  const entry = clouds[chosen]
  if (!isObject(entry)) {
    throw new SettingsError(
      `cloud "${chosen}"`,
      `is not in ${file}; there are ${Object.keys(clouds).join(', ') || 'none'}`,
    )
  }
  const secure = (await readClouds(env['OS_CLIENT_SECURE_FILE'] ?? join(dirname(file), 'secure.yaml')))?.[chosen]
  const profile = await readProfile(entry, dirname(file))
  try {
    return settingsFromEntry(merge(merge(profile, entry), isObject(secure) ? secure : {}))
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    throw new SettingsError(`${file}: clouds.${chosen}:`, `${error.key} ${error.message.slice(error.key.length + 1)}`)
  }
}

/** The flat names, as in `OS_AUTH_URL` without the prefix and in lower case. */
export function settingsFromEnvironment(env: Readonly<Record<string, string | undefined>>): CloudSettings {
  const flat: Record<string, string> = {}
  for (const [key, value] of Object.entries(env)) {
    if (key.startsWith('OS_') && value !== undefined && value !== '') flat[key.slice(3).toLowerCase()] = value
  }
  if (flat['auth_url'] === undefined) throw new SettingsError('OS_AUTH_URL', 'is missing')
  return settingsFromEntry({ ...flat, auth: flat })
}

export function settingsFromEntry(entry: JsonObject): CloudSettings {
  const auth = texts(isObject(entry['auth']) ? entry['auth'] : {})
  const authUrl = auth['auth_url']
  if (authUrl === undefined) throw new SettingsError('auth.auth_url', 'is missing')
  if (!/^https?:\/\//.test(authUrl)) throw new SettingsError('auth.auth_url', 'must begin with http:// or https://')
  const regions = entry['regions']
  const onlyRegion = Array.isArray(regions) && regions.length === 1 ? (regions as readonly Json[])[0] : undefined
  const top = texts(entry)
  const endpoints = Object.entries(top).flatMap(([key, url]) =>
    key.endsWith('_endpoint_override') && url !== undefined
      ? [[key.slice(0, -'_endpoint_override'.length).replaceAll('_', '-'), url.replace(/\/+$/, '')] as const]
      : [],
  )
  return {
    authUrl: authUrl.replace(/\/+$/, ''),
    authType: top['auth_type'],
    auth,
    region: top['region_name'] ?? (typeof onlyRegion === 'string' ? onlyRegion : undefined),
    interface: (top['interface'] ?? top['endpoint_type'] ?? 'public').replace(/URL$/, ''),
    verify: !['false', 'no', '0'].includes((top['verify'] ?? 'true').toLowerCase()) && top['insecure'] !== 'true',
    caFile: top['cacert'],
    certFile: top['cert'],
    keyFile: top['key'],
    endpoints: Object.fromEntries(endpoints),
  }
}

type Clouds = Readonly<Record<string, Json>>

async function findClouds(source: SettingsSource, env: Readonly<Record<string, string | undefined>>) {
  const named = source.file ?? env['OS_CLIENT_CONFIG_FILE']
  const folders = [source.cwd ?? process.cwd(), join(source.home ?? homedir(), '.config/openstack'), '/etc/openstack']
  const files = named === undefined ? folders.map((folder) => join(folder, 'clouds.yaml')) : [named]
  for (const file of files) {
    const clouds = await readClouds(file)
    if (clouds !== undefined) return { file, clouds }
  }
  throw new SettingsError('clouds.yaml', `was not found (${files.join(', ')})`)
}

/** Undefined when there is no such file. */
async function readClouds(file: string, key = 'clouds'): Promise<Clouds | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SettingsError(file, `cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  let document: Json
  try {
    document = parse(text) as Json
  } catch (error) {
    // The message of the parser quotes the line, which may hold a password.
    const { linePos } = error as { readonly linePos?: readonly { readonly line: number }[] }
    throw new SettingsError(file, `is no YAML (line ${linePos?.[0]?.line ?? '?'})`)
  }
  const clouds = isObject(document) ? document[key] : undefined
  return isObject(clouds) ? clouds : {}
}

async function readProfile(entry: JsonObject, folder: string): Promise<JsonObject> {
  const name = entry['profile']
  if (typeof name !== 'string') return {}
  const profile = (await readClouds(join(folder, 'clouds-public.yaml'), 'public-clouds'))?.[name]
  if (!isObject(profile)) throw new SettingsError(`profile "${name}"`, 'is not in clouds-public.yaml beside the file')
  return profile
}

function onlyOne(clouds: Clouds, file: string): string {
  const [name, ...others] = Object.keys(clouds)
  if (name !== undefined && others.length === 0) return name
  throw new SettingsError('cloud', `is missing, and ${file} has ${name === undefined ? 'none' : 'several'}`)
}

function merge(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...below }
  for (const [key, value] of Object.entries(above)) {
    const old = merged[key]
    merged[key] = isObject(old) && isObject(value) ? merge(old, value) : value
  }
  return merged
}

function texts(entry: JsonObject): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(entry).flatMap(([key, value]) => {
      const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      return isPlain && value !== '' ? [[key, String(value)]] : []
    }),
  )
}
