// Who shares the energy of a host, from a reading of its cloud: the instances there that are awake, with the cores they use.
// What was written to disk or switched off draws nothing; what is on its way counts as there.
import type { Host, Instance, InstanceState, ProjectId } from '@gleaner/model'
import type { HostTenancy } from './energy-book.ts'

const drawsNothing: ReadonlySet<InstanceState> = new Set(['suspended', 'stopped', 'shelved', 'error'])
const isOn: ReadonlySet<Host['state']> = new Set(['up', 'disabled', 'maintenance'])

export interface TenancyView {
  readonly host: Host
  /** All that the cloud says are on the host. */
  readonly instances: readonly Instance[]
  /** NaN where it is not measured. */
  readonly usedCores: (instance: Instance) => number
  readonly leasedTo: ProjectId | undefined
}

export function hostTenancy({ host, instances, usedCores, leasedTo }: TenancyView): HostTenancy {
  const there = instances.filter(({ state }) => !drawsNothing.has(state))
  return {
    cores: Math.max(0, host.cores - host.reservedCores),
    idlePowerW: host.idlePowerW ?? Number.NaN,
    awake: isOn.has(host.state) && there.some(({ state }) => state === 'running'),
    leasedTo,
    tenants: there.map((instance) => ({
      instanceId: instance.id,
      projectId: instance.projectId,
      vcpus: instance.vcpus,
      usedCores: usedCores(instance),
    })),
  }
}
