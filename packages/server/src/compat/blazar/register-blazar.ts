// The reservation API of Blazar (v1), for its unchanged client: leases on hosts, the hosts themselves, their properties and
// allocations. A Gleaner API token or one of keystone comes in X-Auth-Token; it names the project. Every answer to a
// fault has Blazar's form; a lease of another project does not exist.
import { hostsOut, reservableHosts } from '@gleaner/engine'
import {
  type CloudId,
  describeError,
  GleanerError,
  isLeaseOpen,
  type Lease,
  type LeaseState,
  type ProjectId,
  roleAllows,
  type Role,
} from '@gleaner/model'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiContext } from '../../api/handler.ts'
import { translate } from '../../api/problem-details.ts'
import type { Caller } from '../../application.ts'
import type { Visibility } from '../../auth/visibility.ts'
import { only } from '../../api/view/only.ts'
import { byHostNumber, hostNumbers } from './blazar-host-numbers.ts'
import { gleanerId } from './blazar-ids.ts'
import { blazarLease } from './blazar-lease.ts'
import { linksOf, pageOf } from './blazar-page.ts'
import { readChange, readLease } from './blazar-request.ts'
import { registerVersions } from './blazar-versions.ts'
import { registerBlazarHosts } from './register-blazar-hosts.ts'

export const blazarPath = '/reservation'

export interface Visit {
  readonly request: FastifyRequest
  readonly caller: Caller
  readonly sight: Visibility
}

type Answer = (visit: Visit) => Promise<unknown>

export type BlazarRoute = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH',
  path: string,
  what: { readonly role: Role; readonly status?: number; readonly answer: Answer },
) => void

export function registerBlazar(api: FastifyInstance, context: ApiContext): void {
  const { app } = context
  void api.register(async (scope) => {
    scope.setErrorHandler(answerFault)
    const route: BlazarRoute = (method, path, what) => {
      scope.route({
        method,
        url: `${blazarPath}/v1${path}`,
        schema: { hide: true },
        handler: async (request, reply) => {
          const caller = await callerOf(request, context)
          if (!roleAllows(caller.role, what.role))
            throw new GleanerError('forbidden', { role: caller.role, needed: what.role })
          const answer = await what.answer({ request, caller, sight: context.sightOf(caller) })
          return reply.code(what.status ?? 200).send(answer)
        },
      })
    }
    const shown = (lease: Lease) => {
      const snapshot = app.state.clouds.get(lease.cloudId)?.snapshot
      return blazarLease(lease, new Set(isLeaseOpen(lease) ? hostsOut(lease, snapshot) : []))
    }
    // What is not there is no page of the console: a client reads JSON.
    scope.all(`${blazarPath}/*`, { schema: { hide: true } }, async ({ method, url }) => {
      throw new GleanerError('not-found', { object: `${method} ${url.split('?')[0]}` })
    })
    registerVersions(scope, blazarPath, faultBody)

    // Climate's clients end it with a slash.
    const listed = {
      role: 'viewer',
      answer: async ({ request, sight }: Visit) => {
        const page = pageOf(request)
        const { items, total } = await app.store.leases.list(
          { states: shownStates, ...only('projectIds', sight.projectIds) },
          page,
        )
        return { leases: items.map(shown), ...linksOf(request, 'leases', { ...page, total }) }
      },
    } as const
    const made = {
      role: 'member',
      status: 201,
      answer: async ({ request, caller, sight }: Visit) => {
        const wish = readLease(request.body, app.clock.nowMs())
        const numbers = await numbersOf(context)
        const project = projectOf(context, caller, sight)
        const lease = await app.commands.makeLease(
          {
            ...wish,
            ...project,
            reservations: wish.reservations.map((asked) => byHostNumber(asked, numbers)),
            endAction: 'nothing',
          },
          caller,
        )
        return { lease: shown(lease) }
      },
    } as const
    for (const path of ['/leases', '/leases/']) {
      route('GET', path, listed)
      route('POST', path, made)
    }
    route('GET', '/leases/:id', {
      role: 'viewer',
      answer: async (visit) => ({ lease: shown(await leaseOf(context, visit)) }),
    })
    route('PUT', '/leases/:id', {
      role: 'member',
      answer: async (visit) => {
        const { id } = await leaseOf(context, visit)
        const { sizes, ...change } = readChange(visit.request.body, app.clock.nowMs())
        const numbers = await numbersOf(context)
        const numbered = sizes && new Map([...sizes].map(([of, size]) => [of, byHostNumber(size, numbers)]))
        const whole = { ...change, ...only('sizes', numbered) }
        return { lease: shown(await app.commands.changeLease(id, whole, visit.caller)) }
      },
    })
    route('DELETE', '/leases/:id', {
      role: 'member',
      status: 204,
      answer: async (visit) => {
        const lease = await leaseOf(context, visit)
        if (isLeaseOpen(lease)) await app.commands.endLease(lease.id, visit.caller)
      },
    })

    registerBlazarHosts(route, context)
    route('GET', '/floatingips', { role: 'viewer', answer: async () => ({ floatingips: [] }) })
    route('POST', '/floatingips', {
      role: 'member',
      answer: async () => {
        throw new GleanerError('request-invalid', { detail: 'Floating IPs cannot be reserved with Gleaner.' })
      },
    })
  })
}

async function numbersOf({ app, world }: ApiContext): Promise<ReadonlyMap<string, string>> {
  const { ofHost } = await app.store.hostOffers.all()
  return hostNumbers(reservableHosts(world().hosts, ofHost))
}

async function callerOf(request: FastifyRequest, { authenticator }: ApiContext): Promise<Caller> {
  const token = request.headers['x-auth-token']
  if (typeof token !== 'string') throw new GleanerError('unauthenticated')
  return authenticator.tokenCaller(token, request)
}

/** The one project of the token, and its cloud. */
function projectOf(
  { app }: ApiContext,
  caller: Caller,
  sight: Visibility,
): { readonly cloudId: CloudId; readonly projectId: ProjectId } {
  const projects = [...app.state.clouds.values()].flatMap(({ snapshot }) => snapshot?.projects ?? [])
  const own =
    caller.projects.length === 0
      ? []
      : projects.filter(({ id, name }) =>
          sight.all ? caller.projects.includes(id) || caller.projects.includes(name) : sight.sees(id),
        )
  const [project, other] = own
  if (project === undefined || other !== undefined)
    throw new GleanerError('request-invalid', {
      detail: `The token must name exactly one project; this one names ${own.length === 0 ? 'none that is known' : own.map(({ name }) => name).join(', ')}.`,
    })
  return { cloudId: project.cloudId, projectId: project.id }
}

/** What was called off is gone for Blazar's client. */
const shownStates: readonly LeaseState[] = ['waiting', 'proposed', 'pending', 'active', 'ended']

async function leaseOf({ app }: ApiContext, { request, sight }: Visit): Promise<Lease> {
  const { id } = request.params as { id: string }
  const lease = await app.store.leases.find(gleanerId('lea', id))
  if (lease === undefined || !sight.sees(lease.projectId) || !shownStates.includes(lease.state))
    throw new GleanerError('not-found', { object: `The lease ${id}` })
  return lease
}

async function answerFault(thrown: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { error, status } = translate(thrown, request)
  if (status >= 500) request.log.error({ cause: describeError(thrown) }, error.message)
  await reply.code(status).send(faultBody(error, status))
}

/** Its clients have one field for the words: what helps in a conflict stands in it as well. */
function faultBody({ code, message, remedy }: GleanerError, status: number) {
  const words = code === 'conflict' ? `${message} ${remedy}` : message
  return { error_code: status, error_name: code, error_message: words }
}
