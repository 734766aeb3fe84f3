// A meter over SNMP as the server uses it: where it is, how it is asked, where its figures stand. Secrets are resolved.
import { type SnmpAccess, type SnmpDevice, snmpDevices } from '@gleaner/driver-power-snmp'
import { parseDurationMs } from '@gleaner/model'
import type { MeterReadingContext, SnmpMeterConfig } from './metering.ts'

export interface SnmpSettings {
  readonly host: string
  readonly port: number
  readonly access: SnmpAccess
  readonly device: SnmpDevice
  readonly unit: number | undefined
  readonly timeoutMs: number
}

/** RFC 3414, 11.2: shorter ones are not to be taken. */
const leastPassword = 8

export function readSnmp(config: SnmpMeterConfig, reading: MeterReadingContext): SnmpSettings {
  const { fault } = reading
  const { host, port } = addressOf(config.address)
  if (host === '' || !(port > 0 && port < 65_536))
    fault(['address'], `"${config.address}" is no address, such as pdu-a or 10.0.0.5:161 or [fe80::1]:161`)
  const timeoutMs = config.timeout === undefined ? 2000 : (parseDurationMs(config.timeout) ?? 0)
  if (timeoutMs < 50 || timeoutMs > 7000) fault(['timeout'], 'timeout is at least 50ms and at most 7s')
  return {
    host,
    port,
    access: accessOf(config, reading),
    device: deviceOf(config, fault),
    unit: config.unit,
    timeoutMs,
  }
}

function addressOf(address: string): { readonly host: string; readonly port: number } {
  const bracketed = /^\[([0-9a-fA-F:.]+)\](?::(\d{1,5}))?$/.exec(address)
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: Number(bracketed[2] ?? 161) }
  const parts = /^([^\s:/[\]]+)(?::(\d{1,5}))?$/.exec(address)
  return { host: parts?.[1] ?? '', port: Number(parts?.[2] ?? 161) }
}

function deviceOf(config: SnmpMeterConfig, fault: MeterReadingContext['fault']): SnmpDevice {
  const { device, powerOid, energyOid, wattsPerUnit = 1, joulesPerUnit = 3600 } = config
  const given = powerOid ?? energyOid
  if ((device === undefined) === (given === undefined))
    fault(device === undefined ? [] : ['device'], 'give device, or powerOid or energyOid')
  if (device !== undefined) return snmpDevices[device]
  for (const [key, oid] of Object.entries({ powerOid, energyOid }))
    if (oid !== undefined && !oid.includes('{outlet}') && Object.keys(config.outlets).length > 1)
      fault([key], `${key} is the same for all outlets; put {outlet} where the name of the outlet belongs`)
  const plain = (oid: string | undefined) => oid?.replace(/^\./, '')
  return { powerOid: plain(powerOid), energyOid: plain(energyOid), wattsPerUnit, joulesPerUnit, firstUnit: 0 }
}

function accessOf(config: SnmpMeterConfig, { fault, secret }: MeterReadingContext): SnmpAccess {
  const { version = '2c', community, user, auth, privacy, context } = config
  if (version !== '3') {
    if ((user ?? auth ?? privacy ?? context) !== undefined)
      fault(['version'], 'user, auth, privacy and context belong to version 3')
    return { version, community: secret(community, ['community']) ?? 'public' }
  }
  if (user === undefined) fault(['user'], 'version 3 asks as a user; name one')
  if (community !== undefined) fault(['community'], 'a community belongs to version 1 or 2c')
  if (privacy !== undefined && auth === undefined) fault(['privacy'], 'what is encrypted is signed as well; give auth')
  const password = (key: 'auth' | 'privacy'): string => {
    const found = secret(config[key]?.password, [key, 'password']) ?? ''
    if (config[key] !== undefined && found !== '' && found.length < leastPassword)
      fault([key, 'password'], `a password of SNMP has at least ${leastPassword} characters`)
    return found
  }
  return {
    version,
    context,
    user: {
      name: user ?? '',
      auth: auth && { protocol: auth.protocol ?? 'sha256', password: password('auth') },
      privacy: privacy && { protocol: privacy.protocol ?? 'aes', password: password('privacy') },
    },
  }
}
