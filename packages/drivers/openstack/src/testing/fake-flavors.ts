// The fake's flavors: those of the lab, and those somebody made, with their extra specs and who may use them.
import type { FakeAnswer, FakeRequest } from './fake-http.ts'
import { type FakeFlavor, flavorSizes } from './fake-server.ts'
import { recorded } from './recorded.ts'

export interface KnownFlavor extends FakeFlavor {
  readonly id: string
  readonly name: string
  readonly isPublic: boolean
  extraSpecs: Record<string, string>
  readonly projects: Set<string>
}

interface AskedFlavor extends FakeFlavor {
  readonly id: string
  readonly name: string
  readonly 'os-flavor-access:is_public'?: boolean
}

interface FlavorBody {
  readonly flavor?: AskedFlavor
  readonly extra_specs?: Record<string, string>
  readonly addTenantAccess?: { readonly tenant: string }
}

export class FakeFlavors {
  readonly all = new Map<string, KnownFlavor>()

  constructor() {
    const { flavors } = recorded<{ flavors: readonly { id: string; name: string }[] }>('flavors').body
    for (const { id, name } of flavors) {
      const sizes = flavorSizes[name]
      if (sizes !== undefined)
        this.all.set(id, { id, name, ...sizes, isPublic: true, extraSpecs: {}, projects: new Set() })
    }
  }

  /** Undefined when there is none that the project may use. */
  usable(id: string, project: string): KnownFlavor | undefined {
    const flavor = this.all.get(id)
    return flavor !== undefined && (flavor.isPublic || flavor.projects.has(project)) ? flavor : undefined
  }

  answer({ method, path, body }: FakeRequest): FakeAnswer {
    const [, , id = '', part] = path.split('/')
    const asked = (body ?? {}) as FlavorBody
    if (id === '') return method === 'POST' ? this.#make(asked.flavor) : this.#list()
    const flavor = this.all.get(id)
    if (flavor === undefined) return refused(404, 'itemNotFound', `Flavor ${id} could not be found.`)
    if (method === 'DELETE') {
      this.all.delete(id)
      return { status: 202, body: null }
    }
    if (part === 'os-extra_specs') {
      if (method === 'POST') Object.assign(flavor.extraSpecs, asked.extra_specs)
      return { status: 200, body: { extra_specs: flavor.extraSpecs } }
    }
    if (part === 'action') {
      const tenant = asked.addTenantAccess?.tenant ?? ''
      if (flavor.projects.has(tenant))
        return refused(409, 'conflictingRequest', `Flavor access already exists for flavor ${id} and project ${tenant}`)
      flavor.projects.add(tenant)
      return { status: 200, body: { flavor_access: [...flavor.projects].map((each) => ({ tenant_id: each })) } }
    }
    const { name, vcpus, ram, disk } = flavor
    return { status: 200, body: { flavor: { id, name, vcpus, ram, disk, swap: '', 'OS-FLV-EXT-DATA:ephemeral': 0 } } }
  }

  #make(asked: AskedFlavor | undefined): FakeAnswer {
    if (asked === undefined) return refused(400, 'badRequest', 'no flavor')
    if ([...this.all.values()].some(({ id, name }) => id === asked.id || name === asked.name))
      return refused(409, 'conflictingRequest', `Flavor with name ${asked.name} already exists.`)
    const { id, name, vcpus, ram, disk, 'os-flavor-access:is_public': isPublic = true } = asked
    this.all.set(id, { id, name, vcpus, ram, disk, isPublic, extraSpecs: {}, projects: new Set() })
    return { status: 200, body: { flavor: asked } }
  }

  #list(): FakeAnswer {
    const { flavors } = recorded<{ flavors: readonly object[] }>('flavors').body
    const [template] = flavors
    return { status: 200, body: { flavors: [...this.all.values()].map(({ id, name }) => ({ ...template, id, name })) } }
  }
}

function refused(status: number, kind: string, message: string): FakeAnswer {
  return { status, body: { [kind]: { code: status, message } } }
}
