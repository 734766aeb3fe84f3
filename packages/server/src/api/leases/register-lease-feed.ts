// GET /api/v1/leases.ics: the leases that the caller may see, for programs that show calendars. Those know no bearer tokens but
// can ask for a name and a password: a token is taken as the password of HTTP's basic scheme here, and only here.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isError } from '@gleaner/model'
import type { ApiContext } from '../handler.ts'
import { admit } from '../register-endpoint.ts'
import { leaseView } from '../view/lease-view.ts'
import { only } from '../view/only.ts'
import { leaseFeed } from './lease-feed.ts'

/** Latest start first: a calendar asks for what is and what comes, and for a while back. */
const most = 1000

export function registerLeaseFeed(api: FastifyInstance, context: ApiContext): void {
  const { app, sightOf, world } = context
  api.get(
    '/api/v1/leases.ics',
    {
      schema: {
        operationId: 'leaseFeed',
        tags: ['leases'],
        summary: 'Leases the caller may see, as a calendar file (iCalendar)',
        description:
          'Needs the role viewer or stronger. A token is also taken as the password of basic authentication.',
        security: [{ token: [] }, { session: [] }],
      },
      onRequest: (request, reply) => admitCalendar(request, reply, context),
    },
    async (request, reply) => {
      const sight = request.caller === undefined ? undefined : sightOf(request.caller)
      const { items } = await app.store.leases.list(only('projectIds', sight === undefined ? [] : sight.projectIds), {
        limit: most,
        offset: 0,
      })
      const index = world()
      return reply
        .type('text/calendar; charset=utf-8')
        .header('content-disposition', 'inline; filename="leases.ics"')
        .send(leaseFeed(items.map((lease) => leaseView(lease, index))))
    },
  )
}

async function admitCalendar(request: FastifyRequest, reply: FastifyReply, context: ApiContext): Promise<void> {
  const secret = passwordOf(request.headers.authorization)
  if (secret !== undefined) request.headers.authorization = `Bearer ${secret}`
  try {
    request.caller = (await admit(request, { role: 'viewer' }, context)).caller
  } catch (error) {
    if (isError(error, 'unauthenticated'))
      void reply.header('www-authenticate', 'Basic realm="Gleaner", charset="UTF-8"')
    throw error
  }
}

function passwordOf(header: string | undefined): string | undefined {
  const coded = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(header ?? '')?.[1]
  if (coded === undefined) return undefined
  const plain = Buffer.from(coded, 'base64').toString()
  const at = plain.indexOf(':')
  return at === -1 ? undefined : plain.slice(at + 1)
}
