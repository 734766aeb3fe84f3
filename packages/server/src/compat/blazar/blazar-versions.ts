// The versions of Blazar's API, for clients that look before they call: all at the root, the one at its own address, where
// openstacksdk looks when it is told a microversion; and the header by which a client asks for one.
import { GleanerError } from '@gleaner/model'
import type { FastifyInstance, FastifyRequest } from 'fastify'

export function registerVersions(scope: FastifyInstance, path: string, faultOf: FaultForm): void {
  const version = ({ protocol, host }: FastifyRequest) => ({
    id: 'v1.0',
    status: 'CURRENT',
    links: [{ rel: 'self', href: `${protocol}://${host}${path}/v1` }],
    min_version: '1.0',
    max_version: '1.0',
  })
  scope.addHook('onRequest', async (request, reply) => {
    reply.header('openstack-api-version', 'reservation 1.0').header('vary', 'OpenStack-API-Version')
    const asked = askedVersion(request)
    if (asked === undefined || ['1.0', '1', 'latest'].includes(asked)) return
    const error = new GleanerError('request-invalid', {
      detail: `OpenStack-API-Version: there is no version ${JSON.stringify(asked.slice(0, 20))} of reservation; 1.0 is the only one`,
    })
    await reply.code(406).send(faultOf(error, 406))
  })
  for (const root of ['', '/', '/versions'])
    scope.get(`${path}${root}`, { schema: { hide: true } }, async (request, reply) =>
      reply.code(300).send({ versions: [version(request)] }),
    )
  for (const own of ['/v1', '/v1/'])
    scope.get(`${path}${own}`, { schema: { hide: true } }, async (request) => ({ version: version(request) }))
}

type FaultForm = (error: GleanerError, status: number) => object

/** One header may ask several services: `compute 2.90, reservation 1.0`. */
function askedVersion({ headers }: FastifyRequest): string | undefined {
  const header = headers['openstack-api-version']
  const given = Array.isArray(header) ? header.join(',') : (header ?? '')
  for (const part of given.split(',')) {
    const [service, version = ''] = part.trim().split(/\s+/)
    if (service === 'reservation') return version
  }
  return undefined
}
