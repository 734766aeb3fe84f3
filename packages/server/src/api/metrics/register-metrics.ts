// GET /metrics, for whoever may read the status (role viewer): a scraper sends its token as bearer_token.
import type { Desktop, JournalEntry, Problem } from '@gleaner/model'
import type { FastifyInstance } from 'fastify'
import type { FrontFigures } from '../../compat/nova/front-figures.ts'
import type { ApiContext } from '../handler.ts'
import { admit } from '../register-endpoint.ts'
import { collectMetrics, endedActionKey, type PreemptionFigures } from './collect-metrics.ts'
import { ProcessMonitor } from './process-figures.ts'

export function registerMetrics(api: FastifyInstance, context: ApiContext, front: FrontFigures | undefined): void {
  const { app } = context
  const monitor = new ProcessMonitor()
  const actions = new Map<string, number>()
  const unsubscribe = app.hub.subscribe((event) => {
    const key = event.kind === 'journal' && event.item !== undefined && endedActionKey(event.item as JournalEntry)
    if (typeof key === 'string') actions.set(key, (actions.get(key) ?? 0) + 1)
  })
  api.addHook('onReady', async () => monitor.start())
  api.addHook('onClose', async () => {
    monitor.stop()
    unsubscribe()
  })
  api.get(
    '/metrics',
    {
      schema: {
        operationId: 'metrics',
        tags: ['system'],
        summary: 'Figures for Prometheus',
        description: 'Needs the role viewer or stronger.',
        security: [{ token: [] }, { session: [] }],
      },
      onRequest: async (request) => {
        request.caller = (await admit(request, { role: 'viewer' }, context)).caller
      },
    },
    async (_request, reply) => {
      const [problems, preemption, desktops] = await Promise.all([
        openProblems(context),
        preemptionFigures(context),
        knownDesktops(context),
      ])
      const text = collectMetrics({ app, process: monitor.read(), problems, actions, preemption, front, desktops })
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text)
    },
  )
}

/** Undefined while the store does not answer: figures are wanted most then. */
async function openProblems({ app }: ApiContext): Promise<readonly Problem[] | undefined> {
  try {
    return await app.store.problems.list({ includeClosed: false })
  } catch {
    return undefined
  }
}

async function knownDesktops({ app }: ApiContext): Promise<readonly Desktop[] | undefined> {
  try {
    return (await app.store.desktops.list()).filter(({ lends }) => lends)
  } catch {
    return undefined
  }
}

async function preemptionFigures({ app }: ApiContext): Promise<PreemptionFigures | undefined> {
  const { evictions } = app.store
  try {
    const [decisions, waiting] = await Promise.all([evictions.openDecisions(), evictions.onTheirWayBack()])
    return { decisions, evictions: waiting }
  } catch {
    return undefined
  }
}
