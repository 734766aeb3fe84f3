import { type Host, type Instance, cloudId, hostId, instanceId, projectId } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { hostTenancy } from './host-tenancy.ts'

const cloud = cloudId('lab')
const host = {
  id: hostId(cloud, 'kvm1'),
  state: 'up',
  cores: 16,
  reservedCores: 2,
  idlePowerW: undefined,
} as Host
const instance = (name: string, state: Instance['state']) =>
  ({ id: instanceId(cloud, name), projectId: projectId(cloud, 'p'), vcpus: 2, state }) as Instance

describe('who shares the energy of a host', () => {
  const states = ['running', 'paused', 'migrating', 'unknown', 'suspended', 'stopped', 'shelved', 'error'] as const
  const instances = states.map((state) => instance(state, state))

  it('is who is awake there, or on its way', () => {
    const { tenants, cores, idlePowerW, awake } = hostTenancy({
      host,
      instances,
      usedCores: ({ state }) => (state === 'running' ? 0.5 : Number.NaN),
      leasedTo: undefined,
    })
    expect(tenants.map(({ instanceId: id }) => id)).toEqual([
      'lab:running',
      'lab:paused',
      'lab:migrating',
      'lab:unknown',
    ])
    expect(tenants.map(({ usedCores }) => usedCores)).toEqual([0.5, Number.NaN, Number.NaN, Number.NaN])
    expect([cores, idlePowerW, awake]).toEqual([14, Number.NaN, true])
  })

  it.each([
    ['asleep', false],
    ['down', false],
    ['unknown', false],
    ['disabled', true],
    ['maintenance', true],
  ] as const)('a host that is %s', (state, awake) => {
    const view = { host: { ...host, state }, instances, usedCores: () => 1, leasedTo: undefined }
    expect(hostTenancy(view).awake).toBe(awake)
  })

  it('a host without a running instance may fall asleep', () => {
    const view = { host, instances: instances.slice(1), usedCores: () => 1, leasedTo: undefined }
    expect(hostTenancy(view).awake).toBe(false)
  })
})
