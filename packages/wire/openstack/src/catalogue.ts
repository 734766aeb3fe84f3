// The service catalogue of a token: which service answers where.
import type { JsonReader } from './json.ts'
import { OpenStackError } from './openstack-error.ts'

export interface CatalogueEndpoint {
  readonly service: string
  readonly interface: string
  readonly region: string | undefined
  readonly url: string
}

export interface EndpointWish {
  /** The official type first, then what older catalogues call it. */
  readonly types: readonly string[]
  readonly interface: string
  readonly region: string | undefined
}

export function readCatalogue(token: JsonReader): readonly CatalogueEndpoint[] {
  if (token.value['catalog'] === undefined) return []
  return token.objects('catalog').flatMap((service) =>
    service.objects('endpoints').map((endpoint) => ({
      service: service.text('type'),
      interface: endpoint.text('interface').replace(/URL$/, ''),
      region: endpoint.optionalText('region_id') ?? endpoint.optionalText('region'),
      url: endpoint.text('url').replace(/\/+$/, ''),
    })),
  )
}

export function chooseEndpoint(catalogue: readonly CatalogueEndpoint[], wish: EndpointWish): string {
  const [name] = wish.types
  const ofService = wish.types
    .map((type) => catalogue.filter(({ service }) => service === type))
    .find((found) => found.length > 0)
  if (ofService === undefined) {
    const there = [...new Set(catalogue.map(({ service }) => service))].join(', ') || 'nothing'
    throw new OpenStackError('missing', `the catalogue has no ${name} service, only ${there}`)
  }
  const inRegion = ofService.filter(({ region }) => wish.region === undefined || region === wish.region)
  if (inRegion.length === 0) {
    const there = [...new Set(ofService.map(({ region }) => region ?? 'none'))].join(', ')
    throw new OpenStackError(
      'missing',
      `the catalogue has no ${name} service in region ${wish.region}, only in ${there}`,
    )
  }
  const regions = new Set(inRegion.map(({ region }) => region))
  if (regions.size > 1) {
    const there = [...regions].join(', ')
    throw new OpenStackError('missing', `the ${name} service is in several regions (${there}); name one`)
  }
  const found = inRegion.find((endpoint) => endpoint.interface === wish.interface)
  if (found === undefined) {
    const there = [...new Set(inRegion.map((endpoint) => endpoint.interface))].join(', ')
    throw new OpenStackError('missing', `the ${name} service has no ${wish.interface} endpoint, only ${there}`)
  }
  return found.url
}
