import { describe, expect, it } from 'vitest'
import { type CatalogueEndpoint, chooseEndpoint } from './catalogue.ts'

const entry = (service: string, region: string, face: string): CatalogueEndpoint => ({
  service,
  region,
  interface: face,
  url: `http://${service}.${region}.${face}`,
})
const catalogue = [
  entry('compute', 'North', 'public'),
  entry('compute', 'South', 'public'),
  entry('compute', 'South', 'internal'),
  entry('placement', 'South', 'internal'),
]
const choose = (types: readonly string[], region: string | undefined, face = 'public') =>
  chooseEndpoint(catalogue, { types, region, interface: face })

describe('the catalogue', () => {
  it('gives the endpoint of service, region and interface', () => {
    expect(choose(['compute'], 'South')).toBe('http://compute.South.public')
    expect(choose(['compute'], 'South', 'internal')).toBe('http://compute.South.internal')
    expect(choose(['placement'], undefined, 'internal')).toBe('http://placement.South.internal')
  })

  it.each([
    [['volume'], undefined, 'no volume service, only compute, placement'],
    [['compute'], 'East', 'no compute service in region East, only in North, South'],
    [['compute'], undefined, 'in several regions (North, South); name one'],
    [['placement'], 'South', 'no public endpoint, only internal'],
  ] as const)('tells what is missing and what is there: %j %s', (types, region, message) => {
    expect(() => choose(types, region)).toThrow(message)
  })
})
