// POST /api/agent/v1/join and …/beats: what agents of desktops call. They have no token and no role: a join is let in by its join token, a
// beat by its signature, which is over the bytes of the body as they came.
import {
  agentPaths,
  BeatRequest,
  desktopHeader,
  GleanerError,
  isError,
  JoinRequest,
  joiner,
  signatureHeader,
} from '@gleaner/model'
import type { DesktopKeys } from '@gleaner/ports'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { peerAddress } from '../../auth/peer.ts'
import { isSignedBy, type SignedRequest } from '../../desktops/agent-signature.ts'
import type { ApiContext } from '../handler.ts'
import { requestValidator } from '../request-validator.ts'

const mostBodyBytes = 512 * 1024

export function registerAgent(api: FastifyInstance, { app, authenticator, wallClock }: ApiContext): void {
  void api.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: mostBodyBytes }, (_, body, done) =>
      done(null, body),
    )
    const schema = { hide: true }
    const joins = async (request: FastifyRequest) => {
      authenticator.requirePatience(request)
      const { token, key } = read(JoinRequest, request) as JoinRequest
      const der = Buffer.from(key, 'base64')
      if (!isSignedBy(der, signedOf(request, agentPaths.join, joiner)))
        throw new GleanerError('desktop-refused', { detail: 'the signature is not that of its key' })
      try {
        const { desktop, answer } = await app.desktops.join({ token, key: der }, wallClock.nowMs())
        const { hostName, id, pool } = desktop
        await app.store.audit.append({
          atMs: app.clock.nowMs(),
          by: hostName,
          from: peerAddress(request),
          what: 'join desktop',
          object: hostName,
          before: null,
          after: { id, pool },
        })
        app.hub.tell('desktop')
        return answer
      } catch (error) {
        if (isError(error, 'join-refused')) authenticator.failed(request)
        throw error
      }
    }
    const hears = async (request: FastifyRequest) => {
      const { keys, by } = await speakerOf(request)
      return app.desktops.beat(keys, { by, beat: read(BeatRequest, request) as BeatRequest, realMs: wallClock.nowMs() })
    }
    scope.post(agentPaths.join, { schema, handler: joins })
    scope.post(agentPaths.beats, { schema, handler: hears })
  })

  async function speakerOf(
    request: FastifyRequest,
  ): Promise<{ readonly keys: DesktopKeys; readonly by: 'key' | 'next-key' }> {
    const id = String(request.headers[desktopHeader] ?? '')
    const keys = /^dsk_[0-9a-f-]{36}$/.test(id) ? await app.store.desktops.keysOf(id) : undefined
    const signed = signedOf(request, agentPaths.beats, id)
    const by =
      keys?.key !== undefined && isSignedBy(keys.key, signed)
        ? 'key'
        : keys?.nextKey !== undefined && isSignedBy(keys.nextKey, signed)
          ? 'next-key'
          : undefined
    if (keys === undefined || by === undefined)
      throw new GleanerError('desktop-refused', { detail: 'its key is not known' })
    const { revokedAtMs, keyUntilMs } = keys.desktop
    if (revokedAtMs !== undefined)
      throw new GleanerError('desktop-refused', { detail: 'an administrator has ended that' })
    if (keyUntilMs === undefined || wallClock.nowMs() >= keyUntilMs)
      throw new GleanerError('desktop-refused', { detail: 'the time of its key is over' })
    return { keys, by }
  }
}

function signedOf(request: FastifyRequest, path: string, desktop: string): SignedRequest {
  const signature = String(request.headers[signatureHeader] ?? '')
  return { method: 'POST', path, desktop, body: bytesOf(request), signature }
}

function bytesOf({ body }: FastifyRequest): Uint8Array {
  return Buffer.isBuffer(body) ? body : new Uint8Array()
}

function read(schema: TSchema, request: FastifyRequest): unknown {
  let given: unknown
  try {
    given = JSON.parse(Buffer.from(bytesOf(request)).toString('utf8'))
  } catch (error) {
    throw new GleanerError('request-invalid', { detail: 'The body is not valid JSON.' }, { cause: error })
  }
  const { value, error } = requestValidator(schema, 'body')(given)
  if (error !== undefined) throw error
  return value
}
