// The fake's hosts, as nova tells them: a hypervisor and a compute service each.
import type { FakeAnswer } from './fake-http.ts'
import type { FakePlacement } from './fake-placement.ts'
import { notFound, ok } from './nova-answers.ts'
import { recorded } from './recorded.ts'

export interface FakeHost {
  readonly name: string
  readonly uuid: string
  readonly serviceId: string
  status: 'enabled' | 'disabled'
  state: 'up' | 'down'
  disabledReason: string | null
}

export interface ServiceChange {
  readonly status?: FakeHost['status']
  readonly disabled_reason?: string
}

export class FakeHosts {
  readonly all: FakeHost[] = []
  readonly #placement: FakePlacement

  constructor(placement: FakePlacement) {
    this.#placement = placement
  }

  add(name: string): FakeHost {
    const uuid = `11111111-0000-4000-8000-${String(this.all.length + 1).padStart(12, '0')}`
    const serviceId = `22222222-0000-4000-8000-${String(this.all.length + 1).padStart(12, '0')}`
    const host: FakeHost = { name, uuid, serviceId, status: 'enabled', state: 'up', disabledReason: null }
    this.all.push(host)
    this.#placement.add(uuid, name)
    return host
  }

  /** All of them as services. */
  services(): FakeAnswer {
    return ok({ services: this.all.map((host) => serviceOf(host)) })
  }

  hypervisors(pattern: string | null): FakeAnswer {
    const [template] = recorded<{ hypervisors: object[] }>('hypervisors').body.hypervisors
    const wanted = this.all.filter(({ name }) => pattern === null || name.includes(pattern))
    if (pattern !== null && wanted.length === 0) return notFound(pattern)
    const hypervisors = wanted.map(({ name, uuid, serviceId, status, state, disabledReason }) => ({
      ...template,
      id: uuid,
      hypervisor_hostname: name,
      status,
      state,
      service: { id: serviceId, host: name, disabled_reason: disabledReason },
    }))
    return ok({ hypervisors })
  }

  setService(id: string, change: ServiceChange): FakeAnswer {
    const host = this.all.find(({ serviceId }) => serviceId === id)
    if (host === undefined) return notFound(id)
    host.status = change.status ?? host.status
    host.disabledReason = host.status === 'enabled' ? null : (change.disabled_reason ?? host.disabledReason)
    const provider = this.#placement.providers.get(host.uuid)
    if (provider !== undefined) {
      const others = provider.traits.filter((trait) => trait !== 'COMPUTE_STATUS_DISABLED')
      provider.traits = host.status === 'enabled' ? others : [...others, 'COMPUTE_STATUS_DISABLED']
      provider.generation++
    }
    return ok({ service: serviceOf(host) })
  }
}

function serviceOf({ name, serviceId, status, state, disabledReason }: FakeHost): object {
  const [template] = recorded<{ services: object[] }>('services').body.services
  return { ...template, id: serviceId, host: name, status, state, disabled_reason: disabledReason }
}
