// Who we are to keystone: a password, an application credential or a token, from the flat names that clouds.yaml and the
// OS_ variables share. What is missing or does not fit together is said by the name of the key.
import { SettingsError } from './settings-error.ts'

export type DomainRef = { readonly id: string } | { readonly name: string }
export type UserRef = { readonly id: string } | { readonly name: string; readonly domain: DomainRef }
export type ProjectRef = { readonly id: string } | { readonly name: string; readonly domain: DomainRef }
export type Scope =
  | { readonly project: ProjectRef }
  | { readonly domain: DomainRef }
  | { readonly system: { readonly all: true } }

export type Credentials =
  | { readonly kind: 'password'; readonly user: UserRef; readonly password: string; readonly scope: Scope | undefined }
  | {
      readonly kind: 'application-credential'
      readonly credential: { readonly id: string } | { readonly name: string; readonly user: UserRef }
      readonly secret: string
    }
  | { readonly kind: 'token'; readonly token: string; readonly scope: Scope | undefined }

/** Keys of the `auth` part of clouds.yaml. */
export type AuthSettings = Readonly<Record<string, string | undefined>>

export function readCredentials(auth: AuthSettings, authType: string | undefined): Credentials {
  switch (kindOf(auth, authType)) {
    case 'token':
      return { kind: 'token', token: need(auth, 'token'), scope: scopeOf(auth) }
    case 'application-credential': {
      const secret = need(auth, 'application_credential_secret')
      const id = auth['application_credential_id']
      const name = auth['application_credential_name']
      if (id !== undefined) return { kind: 'application-credential', credential: { id }, secret }
      if (name === undefined) throw missing('application_credential_id')
      return { kind: 'application-credential', credential: { name, user: userOf(auth) }, secret }
    }
    case 'password':
      return { kind: 'password', user: userOf(auth), password: need(auth, 'password'), scope: scopeOf(auth) }
  }
}

function kindOf(auth: AuthSettings, authType: string | undefined): Credentials['kind'] {
  const plain = authType?.replace(/^v3/, '').replaceAll('_', '').toLowerCase()
  if (plain === 'token') return 'token'
  if (plain === 'applicationcredential') return 'application-credential'
  if (plain === 'password') return 'password'
  if (plain !== undefined && plain !== '') {
    throw new SettingsError('auth_type', `is "${authType}"; known are password, v3applicationcredential and token`)
  }
  if (auth['application_credential_secret'] !== undefined) return 'application-credential'
  if (auth['token'] !== undefined && auth['password'] === undefined) return 'token'
  return 'password'
}

function userOf(auth: AuthSettings): UserRef {
  const id = auth['user_id']
  if (id !== undefined) return { id }
  return { name: need(auth, 'username'), domain: domainOf(auth, 'user_domain') }
}

function scopeOf(auth: AuthSettings): Scope | undefined {
  if (auth['system_scope'] !== undefined) return { system: { all: true } }
  const id = auth['project_id'] ?? auth['tenant_id']
  if (id !== undefined) return { project: { id } }
  const name = auth['project_name'] ?? auth['tenant_name']
  if (name !== undefined) return { project: { name, domain: domainOf(auth, 'project_domain') } }
  if (auth['domain_id'] !== undefined) return { domain: { id: auth['domain_id'] } }
  if (auth['domain_name'] !== undefined) return { domain: { name: auth['domain_name'] } }
  return undefined
}

function domainOf(auth: AuthSettings, prefix: 'user_domain' | 'project_domain'): DomainRef {
  const id = auth[`${prefix}_id`] ?? auth['default_domain_id'] ?? auth['default_domain']
  const name = auth[`${prefix}_name`] ?? auth['default_domain_name']
  if (auth[`${prefix}_name`] !== undefined && auth[`${prefix}_id`] === undefined) {
    return { name: auth[`${prefix}_name`] ?? '' }
  }
  if (id !== undefined) return { id }
  return name === undefined ? { id: 'default' } : { name }
}

function need(auth: AuthSettings, key: string): string {
  const value = auth[key]
  if (value === undefined) throw missing(key)
  return value
}

function missing(key: string): SettingsError {
  return new SettingsError(key, 'is missing')
}
