// Where an OpenStack is and who Gleaner is there: an entry of clouds.yaml, or keys of the file with their secrets resolved,
// handed on as an entry of clouds.yaml would say it. The file of clouds is read by the driver: what is wrong with it is a
// fault of that cloud, told by `gleaner config check` and mended without a restart.
import { resolve } from 'node:path'
import type { SettingsFrom } from '@gleaner/driver-openstack'
import type { Secret } from './schema-parts.ts'
import type { OpenStackCloud } from './schema.ts'

export interface OpenStackSettings
  extends Pick<OpenStackCloud, 'id' | 'kind' | 'diagnostics' | 'poll' | 'callTimeout'> {
  readonly settings: SettingsFrom
  /** With its user and password. */
  readonly notifications: string | undefined
}

export interface SettingsSource {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Paths of the file are relative to it. */
  readonly directory: string
  readonly secret: (value: Secret | undefined, path: readonly string[]) => string | undefined
  readonly fault: (path: readonly string[], detail: string) => void
}

export function openStackSettings(cloud: OpenStackCloud, source: SettingsSource): OpenStackSettings {
  const { id, kind, diagnostics, poll, callTimeout } = cloud
  return {
    id,
    kind,
    ...(diagnostics !== undefined && { diagnostics }),
    ...(poll !== undefined && { poll }),
    ...(callTimeout !== undefined && { callTimeout }),
    notifications: busOf(cloud, source),
    settings: cloud.auth === undefined ? settingsOfFile(cloud, source) : settingsOfKeys(cloud, cloud.auth, source),
  }
}

/** Never shows what may be a password. */
function busOf(cloud: OpenStackCloud, { secret, fault }: SettingsSource): string | undefined {
  const url = secret(cloud.notifications, ['notifications'])
  if (url !== undefined && !(URL.canParse(url) && /^amqps?:$/.test(new URL(url).protocol))) {
    fault(['notifications'], 'the address of the bus cannot be read; it is such as amqp://user:password@host:5672/')
  }
  return url
}

function settingsOfFile(cloud: OpenStackCloud, { environment, directory, fault }: SettingsSource): SettingsFrom {
  for (const key of ['region', 'interface', 'ca'] as const) {
    if (cloud[key] !== undefined) fault([key], `"${key}" belongs to "auth"; without it clouds.yaml says so itself`)
  }
  const file = cloud.cloudsFile === undefined ? undefined : resolve(directory, cloud.cloudsFile)
  return { cloud: cloud.cloud, file, environment }
}

function settingsOfKeys(
  cloud: OpenStackCloud,
  auth: NonNullable<OpenStackCloud['auth']>,
  source: SettingsSource,
): SettingsFrom {
  const { fault, secret, directory } = source
  for (const key of ['cloud', 'cloudsFile'] as const) {
    if (cloud[key] !== undefined) fault([key], `"${key}" and "auth" exclude each other`)
  }
  if (!URL.canParse(auth.url) || !/^https?:$/.test(new URL(auth.url).protocol)) {
    fault(['auth', 'url'], 'the address of keystone cannot be read; it is such as https://keystone.example:5000/v3')
  }
  const password = secret(auth.password, ['auth', 'password'])
  const credentialSecret = secret(auth.secret, ['auth', 'secret'])
  if (auth.applicationCredential === undefined) {
    for (const key of ['user', 'password', 'project'] as const) {
      if (auth[key] === undefined) fault(['auth'], `"${key}" is missing, or "applicationCredential" with its "secret"`)
    }
  } else if (auth.secret === undefined) {
    fault(['auth'], '"secret" of the application credential is missing')
  }
  const entry = {
    auth: filled({
      auth_url: auth.url,
      username: auth.user,
      user_domain_name: auth.userDomain,
      password,
      project_name: auth.project,
      project_domain_name: auth.projectDomain,
      application_credential_id: auth.applicationCredential,
      application_credential_secret: credentialSecret,
    }),
    ...filled({
      region_name: cloud.region,
      interface: cloud.interface,
      cacert: cloud.ca === undefined ? undefined : resolve(directory, cloud.ca),
    }),
  }
  return { entry }
}

function filled(keys: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}
