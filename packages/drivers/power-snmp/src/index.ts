export { type SnmpDevice, type SnmpDeviceName, snmpDeviceNames, snmpDevices } from './devices.ts'
export { authProtocols, privacyProtocols, type SnmpAccess, type SnmpMeterOptions, type SnmpUser } from './options.ts'
export { SnmpMeter } from './snmp-meter.ts'
