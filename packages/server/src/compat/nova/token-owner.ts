// Whose token it is: asked of keystone with the token itself, which may always read itself. Nobody is evicted in the name
// of a token that keystone does not know, or that belongs to no project.
import { isObject, type JsonObject } from './create-document.ts'
import { rawHeaders } from './raw-headers.ts'
import type { Upstream } from './upstream.ts'

export interface TokenOwner {
  readonly userName: string
  readonly projectId: string
  readonly projectName: string
  readonly expiresAtMs: number
}

/** Undefined when keystone refuses the token; rejects with `front-…` when keystone does not answer. */
export async function ownerOf(token: string, keystone: Upstream, signal: AbortSignal): Promise<TokenOwner | undefined> {
  const headers = rawHeaders({
    Host: keystone.authority,
    Accept: 'application/json',
    'X-Auth-Token': token,
    'X-Subject-Token': token,
  })
  const { status, body } = await keystone.call(
    { method: 'GET', path: '/auth/tokens?nocatalog', headers },
    undefined,
    signal,
  )
  return status === 200 ? readOwner(body) : undefined
}

function readOwner(body: Buffer): TokenOwner | undefined {
  let token: unknown
  try {
    token = (JSON.parse(body.toString('utf8')) as JsonObject)['token']
  } catch {
    return undefined
  }
  if (!isObject(token)) return undefined
  const [user, project] = [readNamed(token['user']), readNamed(token['project'])]
  const expiresAtMs = Date.parse(String(token['expires_at']))
  if (user === undefined || project === undefined || Number.isNaN(expiresAtMs)) return undefined
  return { userName: user.name, projectId: project.id, projectName: project.name, expiresAtMs }
}

function readNamed(value: unknown): { readonly id: string; readonly name: string } | undefined {
  if (!isObject(value) || typeof value['id'] !== 'string') return undefined
  return { id: value['id'], name: typeof value['name'] === 'string' ? value['name'] : value['id'] }
}
