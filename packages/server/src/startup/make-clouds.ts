// From the configuration to drivers: the one place that knows them all.
import { SimulatedCloud, chaosFaults } from '@gleaner/driver-simulated'
import type { Clock, Cloud } from '@gleaner/ports'
import type { Config } from '../config/config.ts'

export function makeClouds(config: Config, clock: Clock): readonly Cloud[] {
  return config.clouds.map((cloud): Cloud => {
    switch (cloud.kind) {
      case 'simulated':
        return new SimulatedCloud({
          clock,
          id: cloud.id,
          ...(cloud.seed === undefined ? {} : { seed: cloud.seed }),
          ...(cloud.hosts === undefined ? {} : { hosts: cloud.hosts }),
          ...(cloud.desktops === undefined ? {} : { desktops: cloud.desktops }),
          ...(cloud.instances === undefined ? {} : { instances: cloud.instances }),
          ...(cloud.projects === undefined ? {} : { projects: cloud.projects }),
          activity: cloud.owners === false ? 0 : 1,
          faults: cloud.chaos === undefined ? [] : chaosFaults(cloud.chaos),
        })
      case 'libvirt':
        throw new Error('libvirt')
    }
  })
}
