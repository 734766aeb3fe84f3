// The OpenAPI 3.1 description at /api/openapi.json, made from the same table as the routes.
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'

export function describeApi(api: FastifyInstance, version: string): void {
  void api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Gleaner',
        description:
          'Finds idle capacity in private clouds, lends it, and takes it back the moment its owner needs it.',
        version,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'system', description: 'Status, modes, pause, settings, sessions, tokens' },
        { name: 'hosts', description: 'Hosts and their ledger' },
        { name: 'instances', description: 'Instances, why, usage, the owner’s actions' },
        { name: 'plan', description: 'The plan, proposals, approvals' },
        { name: 'rules', description: 'Rules, previews, the rule language' },
        { name: 'history', description: 'The journal of actions' },
        { name: 'problems', description: 'Errors found while observing or acting' },
      ],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API token (gln_…)' },
          session: { type: 'apiKey', in: 'cookie', name: 'gleaner_session', description: 'A browser session' },
        },
      },
    },
  })
  void api.register(async (scope) => {
    scope.get('/api/openapi.json', { schema: { hide: true } }, () => scope.swagger())
  })
}
