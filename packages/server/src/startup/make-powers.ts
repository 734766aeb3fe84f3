// From the configuration to the switches of hosts: by cloud and name of the host.
import { CommandPower, IpmiPower, RedfishPower, WakeOnLanPower } from '@gleaner/driver-power'
import type { HostPower } from '@gleaner/ports'
import type { Config } from '../config/config.ts'
import type { PowerWire } from '../config/host-power-settings.ts'

export type HostPowers = ReadonlyMap<string, HostPower>

/** The hosts of one cloud that can be switched, by name. */
export function makePowers({ power: { hosts } }: Pick<Config, 'power'>, cloudId: string): HostPowers {
  const powers = new Map<string, HostPower>()
  for (const { name, cloud, power } of hosts)
    if (power !== undefined && (cloud === undefined || cloud === cloudId)) powers.set(name, powerOf(name, power))
  return powers
}

function powerOf(name: string, wire: PowerWire): HostPower {
  const { timeoutMs } = wire
  switch (wire.kind) {
    case 'ipmi': {
      const { address, port = 623, user, password, cipherSuite = 3 } = wire
      return new IpmiPower({ address, port, user, password, cipherSuite, timeoutMs })
    }
    case 'redfish': {
      const { url, user, password, system, ca, verify = true } = wire
      return new RedfishPower({ url, user, password, system, ca, verify, timeoutMs })
    }
    case 'wake-on-lan': {
      const { mac, broadcast = '255.255.255.255', port = 9, state, sleep } = wire
      return new WakeOnLanPower({ name, mac, broadcast, port, state, sleep, timeoutMs })
    }
    case 'command': {
      const { state, sleep, wake } = wire
      return new CommandPower({ name, state, sleep, wake, timeoutMs })
    }
  }
}
