// What operators tell of hosts: that they can be reserved, with properties of their own, or cannot. What the cloud tells of a host
// is the cloud's: a property of that name is refused. A host that is promised to somebody is not withdrawn.
import { propertyNames, reservableHosts } from '@gleaner/engine'
import { GleanerError, type Host, type HostId, type HostOffer } from '@gleaner/model'
import type { Caller, Commands } from '../application.ts'
import type { Runtime } from '../runtime.ts'
import { audit } from './audit.ts'
import { leading } from './rooms.ts'

export type HostOfferChange =
  /** It can be reserved from now on; `conflict` when somebody has said so before. */
  | { readonly kind: 'offer'; readonly properties: ToldProperties }
  /** More properties, or other values; undefined takes one away. */
  | { readonly kind: 'tell'; readonly properties: ToldProperties }
  /** Nothing new is promised on it; `conflict` while it is promised to somebody. */
  | { readonly kind: 'withdraw' }

export type ToldProperties = Readonly<Record<string, string | number | boolean | undefined>>

const mostProperties = 100
const longestValue = 1000
const named = /^[A-Za-z_][\w.:-]{0,99}$/

type OfferCommands = Pick<Commands, 'offerHost' | 'setPropertyPrivate'>

export function offerCommands(runtime: Runtime): OfferCommands {
  return {
    offerHost: (hostId, change, caller) => offerHost(runtime, { hostId, change, caller }),
    setPropertyPrivate: async (name, isPrivate, caller) => {
      const fence = leading(runtime)
      await runtime.leases.load(fence)
      const hosts = [...runtime.state.clouds.values()].flatMap(({ snapshot }) => snapshot?.hosts ?? [])
      const all = reservableHosts(hosts, runtime.leases.offers.ofHost)
      if (!propertyNames(all.map(({ properties }) => properties)).has(name))
        throw new GleanerError('not-found', { object: `The property ${name}` })
      await runtime.leases.setPrivate(fence, name, isPrivate)
      await audit(runtime, caller, { what: 'set privacy of property', object: name, after: { private: isPrivate } })
    },
  }
}

interface Offering {
  readonly hostId: HostId
  readonly change: HostOfferChange
  readonly caller: Caller
}

async function offerHost(runtime: Runtime, { hostId, change, caller }: Offering): Promise<HostOffer> {
  const fence = leading(runtime)
  const { leases, clock, state } = runtime
  await leases.load(fence)
  const host = [...state.clouds.values()]
    .flatMap(({ snapshot }) => snapshot?.hosts ?? [])
    .find(({ id }) => id === hostId)
  if (host === undefined) throw new GleanerError('not-found', { object: `The host ${hostId}` })
  const before = leases.offers.ofHost.get(hostId)
  const told = { hostId, withdrawn: false, by: caller.name, atMs: clock.nowMs() }
  const offer = (() => {
    if (change.kind === 'withdraw') {
      refusePromised(runtime, host)
      // Whoever offers it again begins anew.
      return { ...told, withdrawn: true, properties: {} }
    }
    if (change.kind === 'offer' && before?.withdrawn === false)
      throw new GleanerError(
        'conflict',
        { detail: `The host ${host.name} is registered already.` },
        { remedy: 'There is nothing to do; its properties are told by a change of the host.' },
      )
    return { ...told, properties: merged(before?.properties ?? {}, change.properties, host) }
  })()
  await leases.offer(fence, offer)
  await audit(runtime, caller, {
    what: { offer: 'offer host', tell: 'tell of host', withdraw: 'withdraw host' }[change.kind],
    object: hostId,
    before: before?.properties,
    after: offer.properties,
  })
  return offer
}

function refusePromised({ leases }: Runtime, { id, name }: Host): void {
  const having = leases
    .open()
    .filter(({ reservations }) => reservations.some(({ shares }) => shares.some(({ hostId }) => hostId === id)))
  if (having.length === 0) return
  const words = having.map((lease) => `"${lease.name}"`).slice(0, 5)
  throw new GleanerError(
    'conflict',
    {
      detail: `The host ${name} is promised to ${having.length === 1 ? 'the lease' : `${having.length} leases, among them`} ${words.join(', ')}.`,
    },
    { remedy: 'End or move what it is promised to first, or wait for its end.' },
  )
}

function merged(
  before: HostOffer['properties'],
  given: ToldProperties,
  host: Host,
): Readonly<Record<string, string | number | boolean>> {
  const [bare] = reservableHosts([host])
  const after: Record<string, string | number | boolean> = { ...before }
  for (const [name, value] of Object.entries(given)) {
    if (!named.test(name)) refuse(`"${name.slice(0, 60)}" is no name of a property: letters, digits, _ . : and -`)
    if (bare?.properties.has(name) === true)
      throw new GleanerError(
        'conflict',
        { detail: `The property ${name} is told by the cloud, and not changed here.` },
        { remedy: 'Take another name for the property, or change it in the cloud.' },
      )
    if (value === undefined) delete after[name]
    else if (typeof value === 'string' && value.length > longestValue)
      refuse(`${name} has more than ${longestValue} characters`)
    else if (typeof value === 'number' && !Number.isFinite(value)) refuse(`${name} is no number`)
    else after[name] = value
  }
  if (Object.keys(after).length > mostProperties) refuse(`more than ${mostProperties} properties of one host`)
  return after
}

function refuse(detail: string): never {
  throw new GleanerError('request-invalid', { detail: `${detail}.` })
}
