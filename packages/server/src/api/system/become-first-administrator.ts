// The first administrator: whoever has the link that was printed at the start. With a client certificate its person is
// activated; without one a token is made and a session begun, so that nothing has to be typed.
import { GleanerError, type endpoints } from '@gleaner/model'
import { peerAddress } from '../../auth/peer.ts'
import { requireSameOrigin } from '../../auth/same-origin.ts'
import { hashSecret, newSecret } from '../../auth/token-secret.ts'
import type { PublicCall, PublicHandler } from '../handler.ts'
import { isEncrypted } from './session.ts'
import { whoView } from './who-am-i.ts'

type BecomeCall = PublicCall<typeof endpoints.becomeFirstAdministrator>

const tokenName = 'first-administrator'

export const becomeFirstAdministrator: PublicHandler<typeof endpoints.becomeFirstAdministrator> = async (call) => {
  requireSameOrigin(call.request)
  const { authenticator, request, body } = call
  authenticator.requirePatience(request)
  let giveBack: () => void
  try {
    giveBack = call.firstAdministrator.take(body.link)
  } catch (error) {
    authenticator.failed(request)
    throw error
  }
  try {
    const person = await authenticator.personOf(request)
    return person === undefined ? await byToken(call) : await byCertificate(call, person.id)
  } catch (error) {
    giveBack()
    throw error
  }
}

async function byCertificate(call: BecomeCall, id: string) {
  const { app, request, wallClock } = call
  const rights = { active: true, role: 'administrator', projects: [] } as const
  const person = await app.store.people.decide(id, rights, { by: 'first administrator', nowMs: wallClock.nowMs() })
  await record(call, person.subject)
  const who = await call.authenticator.visitorOf(request)
  if (who.caller === undefined) throw new GleanerError('internal', { detail: 'an active person is not let in' })
  return { who: whoView(who.caller) }
}

async function byToken(call: BecomeCall) {
  const { app, request, reply, sessions, wallClock } = call
  const secret = newSecret()
  const nowMs = wallClock.nowMs()
  const grant = {
    name: tokenName,
    role: 'administrator',
    projects: [],
    createdAtMs: nowMs,
    createdBy: 'first administrator',
    expiresAtMs: undefined,
  } as const
  await app.store.tokens.create(grant, hashSecret(secret))
  const id = sessions.start(hashSecret(secret), nowMs)
  reply.header('set-cookie', sessions.setCookie(id, isEncrypted(request)))
  await record(call, tokenName)
  return { who: whoView({ ...grant, by: 'session', endsAtMs: undefined }), token: secret }
}

async function record({ app, request }: BecomeCall, object: string): Promise<void> {
  await app.store.audit.append({
    atMs: app.clock.nowMs(),
    by: object,
    from: peerAddress(request),
    what: 'become first administrator',
    object,
    before: null,
    after: { role: 'administrator' },
  })
}
