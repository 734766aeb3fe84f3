// For supervisors and load balancers, without a token: /healthz says that the process answers, /readyz that it can do its
// work: state restored, every cloud read once, PostgreSQL writable. Neither tells anything about the cloud.
import type { FastifyInstance } from 'fastify'
import type { Application } from '../application.ts'

const pingWithinMs = 2000

export function registerHealth(api: FastifyInstance, app: Application): void {
  const schema = (summary: string) => ({ tags: ['system'], summary, security: [] })
  api.get('/healthz', { schema: schema('The process answers') }, async () => ({ status: 'up' }))
  api.get('/readyz', { schema: schema('It can do its work') }, async (_request, reply) => {
    if (!app.state.ready)
      return reply.code(503).send({ status: 'starting', waitingFor: app.state.starting ?? 'the first readings' })
    try {
      await app.store.ping(AbortSignal.timeout(pingWithinMs))
    } catch {
      return reply.code(503).send({ status: 'degraded', waitingFor: 'PostgreSQL' })
    }
    return { status: 'ready' }
  })
}
