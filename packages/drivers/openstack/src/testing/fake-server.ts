// A server of the fake, with nova's own names, and what follows from its states and its flavor.
import { recorded } from './recorded.ts'

export const attribute = {
  host: 'OS-EXT-SRV-ATTR:host',
  node: 'OS-EXT-SRV-ATTR:hypervisor_hostname',
  vm: 'OS-EXT-STS:vm_state',
  task: 'OS-EXT-STS:task_state',
  power: 'OS-EXT-STS:power_state',
  launched: 'OS-SRV-USG:launched_at',
} as const

export const power = { none: 0, running: 1, paused: 3, shutdown: 4 }

export interface FakeFlavor {
  readonly vcpus: number
  readonly ram: number
  readonly disk: number
}

export interface FakeServer {
  readonly id: string
  name: string
  status: string
  tenant_id: string
  user_id: string
  created: string
  updated: string
  locked: boolean
  locked_reason: string | null
  tags: string[]
  metadata: Record<string, string>
  flavor: FakeFlavor & { readonly original_name: string; extra_specs: Record<string, string> }
  fault?: object
  [attribute.host]: string | null
  [attribute.node]: string | null
  [attribute.vm]: string
  [attribute.task]: string | null
  [attribute.power]: number
  [attribute.launched]: string | null
  [other: string]: unknown
}

export const flavorSizes: Readonly<Record<string, FakeFlavor | undefined>> = {
  tiny: { vcpus: 1, ram: 512, disk: 1 },
  small: { vcpus: 1, ram: 2048, disk: 10 },
  medium: { vcpus: 2, ram: 4096, disk: 20 },
  large: { vcpus: 4, ram: 8192, disk: 40 },
}

/** All that nova shows of a server, with what a new one has. */
export function newServer(own: Partial<FakeServer> & { readonly id: string }): FakeServer {
  const { server } = recorded<{ server: FakeServer }>('server-active').body
  return {
    ...server,
    status: 'BUILD',
    [attribute.host]: null,
    [attribute.node]: null,
    [attribute.vm]: 'building',
    [attribute.task]: 'scheduling',
    [attribute.power]: power.none,
    [attribute.launched]: null,
    ...own,
  }
}

export function settle(server: FakeServer, status: string, [vmState, powerState]: readonly [string, number]): void {
  server.status = status
  server[attribute.vm] = vmState
  server[attribute.task] = null
  server[attribute.power] = powerState
}

export function resourcesOf({ flavor }: FakeServer): Record<string, number> {
  return { VCPU: flavor.vcpus, MEMORY_MB: flavor.ram, DISK_GB: flavor.disk }
}
