import { describe, expect, it } from 'vitest'
import { askedVersion, reaches, withVersion } from './microversion.ts'

describe('askedVersion', () => {
  it.each([
    [[], 1],
    [['OpenStack-API-Version', 'compute 2.90'], 90],
    [['openstack-api-version', ' COMPUTE   2.7 '], 7],
    [['X-OpenStack-Nova-API-Version', '2.26'], 26],
    [['OpenStack-API-Version', 'compute latest'], 'latest'],
    [['OpenStack-API-Version', 'compute Latest'], 1],
    // The standard header wins; of several, the last, as microversion_parse has it.
    [['X-OpenStack-Nova-API-Version', '2.26', 'OpenStack-API-Version', 'compute 2.3'], 3],
    [['OpenStack-API-Version', 'compute 2.3, compute 2.60'], 60],
    [['OpenStack-API-Version', 'compute 2.3', 'OpenStack-API-Version', 'compute 2.60'], 60],
    [['OpenStack-API-Version', 'placement 1.36,compute 2.60, volume 3.5'], 60],
    [['OpenStack-API-Version', 'placement 1.36', 'X-OpenStack-Nova-API-Version', '2.9,2.11'], 11],
    // What nova will refuse counts as nothing asked.
    [['OpenStack-API-Version', 'compute 3.1'], 1],
    [['OpenStack-API-Version', 'compute 2.x'], 1],
    [['OpenStack-API-Version', 'compute'], 1],
    [['OpenStack-API-Version', ''], 1],
    [['X-OpenStack-Nova-API-Version', '2.'], 1],
    [['X-OpenStack-Nova-API-Version', '2.0'], 1],
  ] as const)('reads %j as %s', (headers, expected) => {
    expect(askedVersion(headers)).toBe(expected)
  })
})

describe('reaches', () => {
  it('is true from the version on, and for the latest', () => {
    expect(reaches(26, 26)).toBe(true)
    expect(reaches(25, 26)).toBe(false)
    expect(reaches(9, 26)).toBe(false)
    expect(reaches('latest', 52)).toBe(true)
  })
})

describe('withVersion', () => {
  it('asks for that version and no other, and leaves the rest', () => {
    const raw = ['A', '1', 'X-OpenStack-Nova-API-Version', '2.1', 'OpenStack-API-Version', 'compute 2.1', 'B', '2']
    expect(withVersion(raw, 26).slice(0, 4)).toEqual(['A', '1', 'B', '2'])
    expect(askedVersion(withVersion(raw, 26))).toBe(26)
  })
})
