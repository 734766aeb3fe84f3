// Blazar's hosts and their properties (`os-hosts`): listed for everybody who may read, told of by operators. A host is one of a
// cloud's; creating it here says that it can be reserved, with what else is told of it. Private properties are shown to
// operators only.
import { reservableHosts, type ReservableHost } from '@gleaner/engine'
import { GleanerError, type HostOffers, type Lease, roleAllows } from '@gleaner/model'
import type { ApiContext } from '../../api/handler.ts'
import type { Caller } from '../../application.ts'
import type { ToldProperties } from '../../commands/offer-hosts.ts'
import { blazarAllocation, blazarHost, blazarProperties } from './blazar-host.ts'
import { blazarId } from './blazar-ids.ts'
import { partOf } from './blazar-page.ts'
import type { BlazarRoute, Visit } from './register-blazar.ts'

interface Numbered {
  readonly host: ReservableHost
  /** Its number does not change when others are withdrawn. */
  readonly nth: number
}

export function registerBlazarHosts(route: BlazarRoute, context: ApiContext): void {
  const { app } = context
  const known = async (): Promise<{ readonly offers: HostOffers; readonly all: readonly Numbered[] }> => {
    const offers = await app.store.hostOffers.all()
    const all = reservableHosts(context.world().hosts, offers.ofHost).map((host, nth) => ({ host, nth }))
    return { offers, all }
  }
  const listed = async () => {
    const { offers, all } = await known()
    return { offers, hosts: all.filter(({ host }) => offers.ofHost.get(host.id)?.withdrawn !== true) }
  }
  const show = ({ host, nth }: Numbered, offers: HostOffers, caller: Caller) =>
    blazarHost(host, nth, hidden(offers, caller))
  const one = async ({ request }: Visit) => {
    const { id } = request.params as { id: string }
    const { offers, hosts } = await listed()
    const found = hosts.find(({ host, nth }) => host.name === id || String(nth + 1) === id)
    if (found === undefined) throw new GleanerError('not-found', { object: `The host ${id}` })
    return { offers, found }
  }
  /** What the caller sees of what is promised; `lease_id` and `reservation_id` narrow it. */
  const promised = async ({ request, sight }: Pick<Visit, 'request' | 'sight'>): Promise<readonly Lease[]> => {
    const { lease_id: lease, reservation_id: reservation } = request.query as Readonly<Record<string, unknown>>
    const isAsked = (id: string, asked: unknown) => asked === undefined || blazarId(id) === asked
    return (await app.store.leases.open())
      .filter(({ id, projectId }) => sight.sees(projectId) && isAsked(id, lease))
      .map((one) => ({ ...one, reservations: one.reservations.filter(({ id }) => isAsked(id, reservation)) }))
  }
  const after = async (id: string, caller: Caller) => {
    const { offers, all } = await known()
    const found = all.find(({ host }) => host.id === id)
    if (found === undefined) throw new GleanerError('not-found', { object: `The host ${id}` })
    return { host: show(found, offers, caller) }
  }

  route('GET', '/os-hosts', {
    role: 'viewer',
    answer: async ({ request, caller }) => {
      const { offers, hosts } = await listed()
      const { part, links } = partOf(request, 'hosts', hosts)
      return { hosts: part.map((each) => show(each, offers, caller)), ...links }
    },
  })
  route('POST', '/os-hosts', {
    role: 'operator',
    status: 201,
    answer: async ({ request, caller }) => {
      const { name, ...properties } = bodyOf(request.body)
      if (typeof name !== 'string' || name === '') refuse('name: the name of a host is missing')
      const { all } = await known()
      const found = all.filter(({ host }) => host.name === name)
      if (found.length > 1) refuse(`name: several clouds have a host ${name}`)
      const [it] = found
      if (it === undefined)
        throw new GleanerError('not-found', { object: `The host ${name}, in the clouds Gleaner watches,` })
      await app.commands.offerHost(it.host.id, { kind: 'offer', properties: toldOf(properties) }, caller)
      return after(it.host.id, caller)
    },
  })
  route('GET', '/os-hosts/allocations', {
    role: 'viewer',
    answer: async ({ request, sight }) => {
      const seen = await promised({ request, sight })
      const { hosts } = await listed()
      const { part, links } = partOf(request, 'allocations', hosts)
      return { allocations: part.map(({ host, nth }) => blazarAllocation(host, nth, seen)), ...links }
    },
  })
  route('GET', '/os-hosts/properties', {
    role: 'viewer',
    answer: async ({ request, caller }) => {
      const { detail, all } = request.query as { detail?: string; all?: string }
      const { offers, hosts } = await listed()
      const isOperator = roleAllows(caller.role, 'operator')
      return {
        resource_properties: blazarProperties(
          hosts.map(({ host }) => host),
          {
            isDetailed: isSaid(detail),
            privates: offers.privateProperties,
            showsPrivates: isOperator && isSaid(all),
          },
        ),
      }
    },
  })
  route('PATCH', '/os-hosts/properties/:name', {
    role: 'operator',
    answer: async ({ request, caller }) => {
      const { name } = request.params as { name: string }
      const { private: isPrivate } = bodyOf(request.body)
      if (typeof isPrivate !== 'boolean') return refuse('private: true or false is needed')
      await app.commands.setPropertyPrivate(name, isPrivate, caller)
      return { resource_property: { property: name, private: isPrivate } }
    },
  })
  route('GET', '/os-hosts/:id', {
    role: 'viewer',
    answer: async (visit) => {
      const { offers, found } = await one(visit)
      return { host: show(found, offers, visit.caller) }
    },
  })
  route('GET', '/os-hosts/:id/allocation', {
    role: 'viewer',
    answer: async (visit) => {
      const { found } = await one(visit)
      const seen = await promised(visit)
      return { allocation: blazarAllocation(found.host, found.nth, seen) }
    },
  })
  route('PUT', '/os-hosts/:id', {
    role: 'operator',
    answer: async (visit) => {
      const { found } = await one(visit)
      const { name: _, ...properties } = bodyOf(visit.request.body)
      await app.commands.offerHost(found.host.id, { kind: 'tell', properties: toldOf(properties) }, visit.caller)
      return after(found.host.id, visit.caller)
    },
  })
  route('DELETE', '/os-hosts/:id', {
    role: 'operator',
    status: 204,
    answer: async (visit) => {
      const { found } = await one(visit)
      await app.commands.offerHost(found.host.id, { kind: 'withdraw' }, visit.caller)
    },
  })
}

function hidden({ privateProperties }: HostOffers, { role }: Caller): ReadonlySet<string> {
  return roleAllows(role, 'operator') ? new Set() : privateProperties
}

function isSaid(word: string | undefined): boolean {
  return word !== undefined && !/^(?:false|0|no)$/i.test(word)
}

/** An empty text, or nothing, takes a property away. */
function toldOf(properties: Readonly<Record<string, unknown>>): ToldProperties {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]): [string, ToldProperties[string]][] => {
      // Blazar's own, which says nothing about the host.
      if (name === 'trust_id') return []
      if (value === '' || value === null) return [[name, undefined]]
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [[name, value]]
      return refuse(`${name}: a text, a number, true or false is needed`)
    }),
  )
}

function bodyOf(given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return refuse('body: an object is needed')
  return given as Readonly<Record<string, unknown>>
}

function refuse(detail: string): never {
  throw new GleanerError('request-invalid', { detail: `${detail}.` })
}
