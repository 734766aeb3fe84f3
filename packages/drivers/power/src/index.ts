export { CommandPower, type CommandPowerOptions } from './command-power.ts'
export { IpmiPower, type IpmiPowerOptions } from './ipmi-power.ts'
export { RedfishPower, type RedfishPowerOptions } from './redfish-power.ts'
export { WakeOnLanPower, type WakeOnLanOptions } from './wake-on-lan-power.ts'
