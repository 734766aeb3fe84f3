// Starting and ending a browser session. The token is sent once and answered with a cookie that no script can read.
import type { endpoints } from '@gleaner/model'
import { peerAddress } from '../../auth/peer.ts'
import { requireSameOrigin } from '../../auth/same-origin.ts'
import { sessionIdIn } from '../../auth/sessions.ts'
import { hashSecret } from '../../auth/token-secret.ts'
import type { FastifyRequest } from 'fastify'
import type { PublicHandler } from '../handler.ts'
import { whoView } from './who-am-i.ts'

export const logIn: PublicHandler<typeof endpoints.logIn> = async (call) => {
  const { app, body, request, reply, sessions } = call
  // Another site must not be able to put a browser into a session of its own choosing.
  requireSameOrigin(request)
  const secret = body.token.trim()
  const grant = await call.authenticator.grantOf(secret, request)
  const before = sessionIdIn(request.headers.cookie)
  if (before !== undefined) sessions.end(before)
  const id = sessions.start(hashSecret(secret), call.wallClock.nowMs())
  reply.header('set-cookie', sessions.setCookie(id, isEncrypted(request)))
  await app.store.audit.append({
    atMs: app.clock.nowMs(),
    by: grant.name,
    from: peerAddress(request),
    what: 'log in',
    object: 'session',
    before: null,
    after: { role: grant.role },
  })
  return whoView({ ...grant, by: 'session', endsAtMs: grant.expiresAtMs })
}

export const logOut: PublicHandler<typeof endpoints.logOut> = ({ request, reply, sessions }) => {
  requireSameOrigin(request)
  const id = sessionIdIn(request.headers.cookie)
  if (id !== undefined) sessions.end(id)
  reply.header('set-cookie', sessions.clearCookie())
}

/** A proxy's word is enough here: a browser that is told "Secure" wrongly only has to log in again. */
export function isEncrypted(request: FastifyRequest): boolean {
  return request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https'
}
