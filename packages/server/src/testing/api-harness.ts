// An API over a plain application with one token per role, for tests with injected requests.
import { type Role, roles } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { buildApi } from '../api/build-api.ts'
import { FirstAdministrator } from '../auth/first-administrator.ts'
import { hashSecret, newSecret } from '../auth/token-secret.ts'
import { type PlainApplication, type PlainOptions, plainApplication } from './plain-application.ts'

export interface ApiHarness extends PlainApplication {
  readonly api: FastifyInstance
  readonly firstAdministrator: FirstAdministrator
  readonly secretOf: (role: Role, projects?: readonly string[]) => string
  /** A request with a token, from this machine unless told otherwise. */
  readonly as: (secret: string | undefined, request: InjectOptions) => Promise<LightMyRequestResponse>
}

export async function apiHarness(
  options: PlainOptions & { readonly wallClock?: Clock; readonly consoleDirectory?: string },
): Promise<ApiHarness> {
  const plain = plainApplication(options)
  const wallClock = options.wallClock ?? options.clock
  const firstAdministrator = new FirstAdministrator(wallClock)
  const api = buildApi(plain.app, {
    wallClock,
    firstAdministrator,
    ...(options.consoleDirectory === undefined ? {} : { consoleDirectory: options.consoleDirectory }),
  })
  await api.ready()
  const made = new Map<string, string>()
  const secretOf = (role: Role, projects: readonly string[] = role === 'member' ? ['physics'] : []) => {
    const key = `${role} ${projects.join(' ')}`
    let secret = made.get(key)
    if (secret !== undefined) return secret
    secret = newSecret()
    made.set(key, secret)
    plain.content.tokens.push({
      token: {
        id: `tok_${made.size}`,
        name: `${role}-${made.size}`,
        role,
        projects,
        createdAtMs: wallClock.nowMs(),
        createdBy: 'test',
        expiresAtMs: undefined,
        lastUsedAtMs: undefined,
      },
      sha256: hashSecret(secret),
    })
    return secret
  }
  for (const role of roles) secretOf(role)
  return {
    ...plain,
    api,
    firstAdministrator,
    secretOf,
    as: (secret, request) =>
      api.inject({
        ...request,
        headers: {
          host: 'localhost:7878',
          ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
          ...request.headers,
        },
      }),
  }
}
