// GET /api/v1/energy.csv: the report of energy as a table for billing, with the same query and the same rights.
import { energyCsv, endpoints, type QueryOf } from '@gleaner/model'
import type { FastifyInstance } from 'fastify'
import type { ApiContext } from '../handler.ts'
import { admit } from '../register-endpoint.ts'
import { energyReport } from './get-energy.ts'

export function registerEnergyCsv(api: FastifyInstance, context: ApiContext): void {
  api.get<{ Querystring: QueryOf<typeof endpoints.getEnergy> }>(
    '/api/v1/energy.csv',
    {
      schema: {
        operationId: 'energyCsv',
        tags: ['energy'],
        summary: 'Energy by project, host or instance as a table (text/csv)',
        description: 'Needs the role viewer or stronger.',
        security: [{ token: [] }, { session: [] }],
        querystring: endpoints.getEnergy.query,
      },
      onRequest: async (request) => {
        request.caller = (await admit(request, endpoints.getEnergy, context)).caller
      },
    },
    async (request, reply) => {
      const { caller } = request
      // `onRequest` has made sure that there is one.
      if (caller === undefined) return
      const { app, sightOf, world } = context
      const report = await energyReport(request.query, { app, sight: sightOf(caller), world: world() })
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="energy-${report.from.slice(0, 10)}.csv"`)
        .send(energyCsv(report))
    },
  )
}
