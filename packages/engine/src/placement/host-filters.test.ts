import { hostStates, type PlacementHints, type PlacementHost } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { HostClasses } from './host-class.ts'
import { hostFilters } from './host-filters.ts'

/** The codes with which the filters refuse, in their order. */
function refusals(host: Partial<PlacementHost>, hints: PlacementHints = {}, preemptible = false): string[] {
  const classes = new HostClasses()
  classes.classify({ name: 'a', vcpus: 1, ramMiB: 1, diskGiB: 1, instances: [], ...host })
  const [only] = classes.all
  if (only === undefined) throw new Error('no class')
  const request = { preemptible, vcpus: 1, ramMiB: 1, diskGiB: 1, count: 1, hints }
  return hostFilters.flatMap(({ refuses }) => refuses(only, request) ?? [])
}

describe('the state', () => {
  it.each(hostStates.filter((state) => state !== 'up'))('%s takes nothing', (state) => {
    expect(refusals({ state })).toEqual([`host-${state}`])
  })

  it('up takes all, and is what a host is that says nothing', () => {
    expect(refusals({ state: 'up' })).toEqual([])
    expect(refusals({})).toEqual([])
  })
})

describe('the kind', () => {
  it('desktops take preemptible instances only', () => {
    expect(refusals({ kind: 'desktop' })).toEqual(['host-kind'])
    expect(refusals({ kind: 'desktop' }, {}, true)).toEqual([])
  })

  it('desktops take firm ones where policy says so, and hypervisors always', () => {
    expect(refusals({ kind: 'desktop', takesFirm: true })).toEqual([])
    expect(refusals({ kind: 'desktop', takesFirm: false })).toEqual(['host-kind'])
    expect(refusals({ kind: 'desktop', takesFirm: true }, { kind: 'hypervisor' })).toEqual(['host-kind'])
  })

  it('is what the request asks for', () => {
    expect(refusals({}, { kind: 'desktop' }, true)).toEqual(['host-kind'])
    expect(refusals({ kind: 'desktop' }, { kind: 'desktop' }, true)).toEqual([])
  })
})

describe('isolation and leases', () => {
  it('a host of some projects is closed to others, and to who says no project', () => {
    expect(refusals({ projects: ['red'] }, { project: 'blue' })).toEqual(['isolated'])
    expect(refusals({ projects: ['red'] })).toEqual(['isolated'])
    expect(refusals({ projects: ['blue', 'red'] }, { project: 'red' })).toEqual([])
    expect(refusals({ projects: [] }, { project: 'red' })).toEqual(['isolated'])
  })

  it('a leased host is open to its lease, and to the project it is leased to', () => {
    expect(refusals({ leasedTo: 'exam' })).toEqual(['leased'])
    expect(refusals({ leasedTo: 'exam' }, { lease: 'exam' })).toEqual([])
    expect(refusals({ leasedTo: 'exam' }, { project: 'exam' })).toEqual([])
    expect(refusals({ leasedTo: 'exam' }, { lease: 'other', project: 'another' })).toEqual(['leased'])
  })
})

describe('properties', () => {
  const cases: readonly (readonly [string, Partial<PlacementHost>, PlacementHints, boolean])[] = [
    ['a trait that is there', { properties: ['GPU'] }, { properties: ['GPU'] }, true],
    ['a trait that is not', { properties: ['SSD'] }, { properties: ['GPU'] }, false],
    ['a trait of a host without any', {}, { properties: ['GPU'] }, false],
    ['an equal value', { properties: { zone: 'a' } }, { properties: { zone: 'a' } }, true],
    ['another value', { properties: { zone: 'a' } }, { properties: { zone: 'b' } }, false],
    ['a number is not its text', { properties: { numa: 2 } }, { properties: { numa: '2' } }, false],
    ['one of a list', { properties: { aggregates: ['ssd', 'gpu'] } }, { properties: { aggregates: 'gpu' } }, true],
    [
      'all of a wanted list',
      { properties: { aggregates: ['ssd', 'gpu'] } },
      { properties: { aggregates: ['gpu', 'ssd'] } },
      true,
    ],
    ['one too many', { properties: { aggregates: ['ssd'] } }, { properties: { aggregates: ['gpu', 'ssd'] } }, false],
    ['false: not there', { properties: ['SSD'] }, { properties: { GPU: false } }, true],
    ['false: there and false', { properties: { GPU: false } }, { properties: { GPU: false } }, true],
    ['false: there', { properties: ['GPU'] }, { properties: { GPU: false } }, false],
  ]
  it.each(cases)('%s', (_, host, hints, fits) => {
    expect(refusals(host, hints)).toEqual(fits ? [] : ['property-missing'])
  })
})

it('every filter that refuses is told', () => {
  expect(refusals({ state: 'down', leasedTo: 'x', projects: [] }, { properties: ['GPU'] })).toEqual([
    'host-down',
    'isolated',
    'leased',
    'property-missing',
  ])
})
