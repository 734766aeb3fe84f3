// Tokens of keystone: who sends one is asked about there, with the token itself, which may always read itself. It gives the
// strongest role that the configuration sees in the roles of its project, for that project of that cloud and nothing else. A good
// answer is kept for five minutes at most, and never beyond the end of the token; what keystone refuses is asked about again.
import { type Role, projectId, cloudId, roles } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'
import { type JsonObject, isObject } from '../compat/nova/create-document.ts'
import { rawHeaders } from '../compat/nova/raw-headers.ts'
import { Upstream } from '../compat/nova/upstream.ts'
import type { PeopleSettings } from '../config/people.ts'
import { hashSecret } from './token-secret.ts'

export interface KeystoneGrant {
  readonly name: string
  readonly role: Role
  readonly projects: readonly string[]
  readonly expiresAtMs: number
}

const keptMs = 300_000
const mostKept = 10_000
const silenceMs = 10_000
/** Fernet tokens have some 250 characters, PKI tokens of old had thousands. */
const shape = /^[A-Za-z0-9_=+/.-]{16,4096}$/

export class KeystoneTokens {
  readonly #settings: NonNullable<PeopleSettings['keystone']>
  readonly #keystone: Upstream
  readonly #clock: Clock
  readonly #kept = new Map<string, { readonly grant: KeystoneGrant; readonly untilMs: number }>()

  constructor(settings: NonNullable<PeopleSettings['keystone']>, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
    this.#keystone = new Upstream({ name: 'keystone', url: settings.url, ca: settings.ca, silenceMs })
  }

  isRemembered(token: string): boolean {
    return this.#recall(keyOf(token)) !== undefined
  }

  /** Undefined when keystone refuses it, or it gives nothing here; rejects with `front-…` when keystone does not answer. */
  async find(token: string): Promise<KeystoneGrant | undefined> {
    if (!shape.test(token)) return undefined
    const key = keyOf(token)
    const kept = this.#recall(key)
    if (kept !== undefined) return kept
    const headers = rawHeaders({
      Host: this.#keystone.authority,
      Accept: 'application/json',
      'X-Auth-Token': token,
      'X-Subject-Token': token,
    })
    const { status, body } = await this.#keystone.call(
      { method: 'GET', path: '/auth/tokens?nocatalog', headers },
      undefined,
      AbortSignal.timeout(silenceMs),
    )
    const grant = status === 200 ? this.#grantIn(body) : undefined
    if (grant !== undefined) this.#keep(key, grant)
    return grant
  }

  close(): void {
    this.#keystone.close()
  }

  #grantIn(body: Buffer): KeystoneGrant | undefined {
    let token: unknown
    try {
      token = (JSON.parse(body.toString('utf8')) as JsonObject)['token']
    } catch {
      return undefined
    }
    if (!isObject(token)) return undefined
    const [user, project, given] = [token['user'], token['project'], token['roles']]
    const expiresAtMs = Date.parse(String(token['expires_at']))
    if (!isObject(user) || !isObject(project) || !Array.isArray(given)) return undefined
    if (typeof project['id'] !== 'string' || project['id'] === '' || !(expiresAtMs > this.#clock.nowMs()))
      return undefined
    const role = this.#strongest(given)
    if (role === undefined) return undefined
    const name = typeof user['name'] === 'string' ? user['name'] : String(user['id'])
    const { cloud } = this.#settings
    return {
      name: `${name}@${cloud}`,
      role,
      projects: [projectId(cloudId(cloud), project['id'])],
      expiresAtMs,
    }
  }

  #strongest(given: readonly unknown[]): Role | undefined {
    const names = given.flatMap((each) => (isObject(each) && typeof each['name'] === 'string' ? [each['name']] : []))
    const found = names.flatMap((name) =>
      Object.hasOwn(this.#settings.roles, name) ? [this.#settings.roles[name]] : [],
    )
    return roles.findLast((role) => found.includes(role))
  }

  #recall(key: string): KeystoneGrant | undefined {
    const kept = this.#kept.get(key)
    return kept !== undefined && this.#clock.nowMs() < kept.untilMs ? kept.grant : undefined
  }

  #keep(key: string, grant: KeystoneGrant): void {
    this.#kept.delete(key)
    this.#kept.set(key, { grant, untilMs: Math.min(this.#clock.nowMs() + keptMs, grant.expiresAtMs) })
    if (this.#kept.size <= mostKept) return
    const oldest = this.#kept.keys().next().value
    if (oldest !== undefined) this.#kept.delete(oldest)
  }
}

function keyOf(token: string): string {
  return Buffer.from(hashSecret(token)).toString('base64')
}
