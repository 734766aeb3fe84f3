// Turns one line of the endpoint table into a route: who may call it, what it takes, what it answers, how it is described.
import {
  type Endpoint,
  type EndpointName,
  GleanerError,
  ProblemDetails,
  type ResponseOf,
  roleAllows,
  roles,
} from '@gleaner/model'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Visitor } from '../auth/authenticator.ts'
import type { ApiContext, Call, PublicCall } from './handler.ts'

type AnyHandler = (call: never) => unknown

export function registerEndpoint(
  api: FastifyInstance,
  route: { readonly name: EndpointName; readonly endpoint: Endpoint; readonly handler: AnyHandler },
  context: ApiContext,
): void {
  const { endpoint, name } = route
  // A handler's type is tied to its endpoint where the map of handlers is written; here all are alike.
  const handler = route.handler as (call: Call<Endpoint> | PublicCall<Endpoint>) => ResponseOf<Endpoint>
  api.route({
    method: endpoint.method,
    url: endpoint.path,
    schema: {
      operationId: name,
      tags: [endpoint.tag],
      summary: endpoint.summary,
      description: rightOf(endpoint),
      security: endpoint.role === 'public' ? [] : [{ token: [] }, { session: [] }],
      ...(hasFields(endpoint.params) ? { params: endpoint.params } : {}),
      querystring: endpoint.query,
      ...(endpoint.method === 'POST' || endpoint.method === 'PUT' ? { body: endpoint.body } : {}),
      response: {
        [endpoint.status]:
          endpoint.status === 204
            ? { type: 'null', description: 'Done' }
            : { description: 'Done', ...endpoint.response },
        default: {
          description: 'What went wrong, and what to do',
          content: { 'application/problem+json': { schema: ProblemDetails } },
        },
      },
    },
    // Before the body is read: who may not call costs nothing.
    onRequest: async (request) => {
      const { caller, refusal } = await admit(request, endpoint, context)
      request.caller = caller
      request.refusal = refusal
    },
    handler: async (request, reply) => {
      const parts = { params: request.params ?? {}, query: request.query ?? {}, body: request.body ?? {} }
      const whenGone = () => signalOf(reply)
      const answer: unknown = await handler(callOf(request, reply, { ...context, ...parts, whenGone }))
      return endpoint.status === 204 ? reply.code(204).send() : reply.code(endpoint.status).send(answer)
    },
  })
}

type Parts = ApiContext & Pick<Call<Endpoint>, 'params' | 'query' | 'body' | 'whenGone'>

function signalOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  const giveUp = () => gone.abort(new Error('the caller has gone'))
  if (raw.destroyed) giveUp()
  else raw.once('close', giveUp)
  return gone.signal
}

function callOf(request: FastifyRequest, reply: FastifyReply, parts: Parts): Call<Endpoint> | PublicCall<Endpoint> {
  const { caller, refusal } = request
  return caller === undefined
    ? { ...parts, caller, refusal, request, reply }
    : { ...parts, caller, refusal, sight: parts.sightOf(caller), request, reply }
}

/** The visitor, if it may call the endpoint; rejects with `unauthenticated`, `forbidden`, or what is wrong with its certificate. */
export async function admit(
  request: FastifyRequest,
  endpoint: Pick<Endpoint, 'role'>,
  { authenticator }: Pick<ApiContext, 'authenticator'>,
): Promise<Visitor> {
  const visitor = await authenticator.visitorOf(request)
  if (endpoint.role === 'public') return visitor
  const { caller, refusal } = visitor
  if (caller === undefined) throw refusal ?? new GleanerError('unauthenticated')
  if (!roleAllows(caller.role, endpoint.role))
    throw new GleanerError('forbidden', { role: caller.role, needed: endpoint.role })
  return visitor
}

function hasFields(schema: Endpoint['params']): boolean {
  return Object.keys((schema as { properties?: object }).properties ?? {}).length > 0
}

function rightOf({ role }: Endpoint): string {
  if (role === 'public') return 'Needs no token.'
  const stronger = roles.slice(roles.indexOf(role))
  return `Needs the role ${stronger.join(' or ')}.`
}
