// From the configuration to drivers: the one place that knows them all.
import { LibvirtCloud } from '@gleaner/driver-libvirt'
import { OpenNebulaCloud } from '@gleaner/driver-opennebula'
import { OpenStackCloud } from '@gleaner/driver-openstack'
import { SimulatedCloud, chaosFaults } from '@gleaner/driver-simulated'
import { parseDurationMs } from '@gleaner/model'
import type { Clock, Cloud } from '@gleaner/ports'
import { poweredCloud } from '../energy/powered-cloud.ts'
import type { Config } from '../config/config.ts'
import { makePowers } from './make-powers.ts'

export function makeClouds(config: Config, clock: Clock): readonly Cloud[] {
  return config.clouds.map((cloud) => poweredCloud(makeCloud(cloud, clock), makePowers(config, cloud.id)))
}

function makeCloud(cloud: Config['clouds'][number], clock: Clock): Cloud {
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
        guestMemory: cloud.guestMemory === true,
        faults: cloud.chaos === undefined ? [] : chaosFaults(cloud.chaos),
      })
    case 'libvirt':
      return new LibvirtCloud({
        clock,
        id: cloud.id,
        hosts: cloud.hosts,
        ...(cloud.guestReports === undefined ? {} : { guestReports: cloud.guestReports }),
        ...(cloud.guestReportSockets === undefined ? {} : { guestReportSockets: cloud.guestReportSockets }),
        ...(cloud.guestAgents === undefined ? {} : { guestAgents: cloud.guestAgents }),
        ...(cloud.callTimeout === undefined ? {} : { callTimeoutMs: parseDurationMs(cloud.callTimeout) ?? 10_000 }),
      })
    case 'opennebula':
      return new OpenNebulaCloud({
        clock,
        id: cloud.id,
        endpoints: cloud.endpoints,
        session: cloud.session,
        ...(cloud.ca === undefined ? {} : { ca: cloud.ca }),
        ...(cloud.events === undefined ? {} : { events: cloud.events }),
        ...(cloud.project === undefined ? {} : { projectBy: cloud.project }),
        ...(cloud.shelve === undefined ? {} : { shelveBy: cloud.shelve }),
        ...(cloud.delete === undefined ? {} : { deleteBy: cloud.delete }),
        ...(cloud.closeHosts === undefined ? {} : { closeBy: cloud.closeHosts }),
        ...(cloud.callTimeout === undefined ? {} : { callTimeoutMs: parseDurationMs(cloud.callTimeout) ?? 30_000 }),
      })
    case 'openstack':
      return new OpenStackCloud({
        clock,
        id: cloud.id,
        settings: cloud.settings,
        ...(cloud.notifications === undefined ? {} : { notifications: cloud.notifications }),
        ...(cloud.diagnostics === undefined ? {} : { diagnostics: cloud.diagnostics }),
        ...(cloud.poll === undefined ? {} : { pollMs: parseDurationMs(cloud.poll) ?? 10_000 }),
        ...(cloud.callTimeout === undefined ? {} : { callTimeoutMs: parseDurationMs(cloud.callTimeout) ?? 30_000 }),
      })
  }
}
