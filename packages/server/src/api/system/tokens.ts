// API tokens: made, listed, revoked. The secret is in the answer that makes it and nowhere else.
import { GleanerError, type endpoints, parseDurationMs } from '@gleaner/model'
import { hashSecret, newSecret } from '../../auth/token-secret.ts'
import type { Handler } from '../handler.ts'
import { remarksOn } from '../view/remarks-on.ts'
import { tokenView } from '../view/token-view.ts'

export const listTokens: Handler<typeof endpoints.listTokens> = async ({ app }) => ({
  items: (await app.store.tokens.list()).map(tokenView),
})

export const createToken: Handler<typeof endpoints.createToken> = async ({ app, body, caller, wallClock }) => {
  const nowMs = wallClock.nowMs()
  const lifeMs = body.expiresIn === undefined ? undefined : parseDurationMs(body.expiresIn)
  if (lifeMs !== undefined && !(lifeMs > 0 && Number.isSafeInteger(nowMs + lifeMs)))
    throw new GleanerError('request-invalid', { detail: `"${body.expiresIn}" is no time a token can be valid for.` })
  const secret = newSecret()
  const stored = await app.store.tokens.create(
    {
      name: body.name,
      role: body.role,
      projects: body.projects ?? [],
      createdAtMs: nowMs,
      createdBy: caller.name,
      expiresAtMs: lifeMs === undefined ? undefined : nowMs + lifeMs,
    },
    hashSecret(secret),
  )
  const details = tokenView(stored)
  await app.store.audit.append({
    atMs: app.clock.nowMs(),
    by: caller.name,
    from: caller.from,
    what: 'create token',
    object: stored.name,
    before: null,
    after: details,
  })
  return { token: secret, details, ...remarksOn(stored, app.state.clouds) }
}

export const removeToken: Handler<typeof endpoints.removeToken> = async ({ app, params, caller, tokens }) => {
  const all = await app.store.tokens.list()
  const token = all.find(({ id, name }) => id === params.id || name === params.id)
  if (token === undefined) throw new GleanerError('not-found', { object: `The token "${params.id.slice(0, 100)}"` })
  await app.store.tokens.remove(token.id)
  tokens.forget(token.id)
  await app.store.audit.append({
    atMs: app.clock.nowMs(),
    by: caller.name,
    from: caller.from,
    what: 'revoke token',
    object: token.name,
    before: tokenView(token),
    after: null,
  })
}
