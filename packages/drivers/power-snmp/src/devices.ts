// Where metered strips keep what an outlet draws, as tables of OIDs. The name of an outlet is the number that is printed on it;
// `unit` is the strip among several that are chained. Sources: EATON-EPDU-MIB (as NUT reads it), PowerNet-MIB of APC (rPDU2 and
// the older rPDU, which knows the strip as a whole only), PDU2-MIB and the older PDU-MIB of Raritan.

export interface SnmpDevice {
  /** {unit} and {outlet} are filled in. */
  readonly powerOid: string | undefined
  /** From its number to watts. */
  readonly wattsPerUnit: number
  readonly energyOid: string | undefined
  readonly joulesPerUnit: number
  /** Of the first strip. */
  readonly firstUnit: number
}

const wattHourJ = 3600

export const snmpDevices = {
  eaton: {
    powerOid: '1.3.6.1.4.1.534.6.6.7.6.5.1.3.{unit}.{outlet}',
    wattsPerUnit: 1,
    energyOid: '1.3.6.1.4.1.534.6.6.7.6.5.1.4.{unit}.{outlet}',
    joulesPerUnit: wattHourJ,
    firstUnit: 0,
  },
  apc: {
    powerOid: '1.3.6.1.4.1.318.1.1.26.9.4.3.1.7.{outlet}',
    wattsPerUnit: 1,
    energyOid: '1.3.6.1.4.1.318.1.1.26.9.4.3.1.11.{outlet}',
    joulesPerUnit: 100 * wattHourJ,
    firstUnit: 1,
  },
  'apc-rpdu': {
    powerOid: '1.3.6.1.4.1.318.1.1.12.1.16.{outlet}',
    wattsPerUnit: 1,
    energyOid: undefined,
    joulesPerUnit: 1,
    firstUnit: 0,
  },
  raritan: {
    powerOid: '1.3.6.1.4.1.13742.6.5.4.3.1.4.{unit}.{outlet}.5',
    wattsPerUnit: 1,
    energyOid: '1.3.6.1.4.1.13742.6.5.4.3.1.4.{unit}.{outlet}.8',
    joulesPerUnit: wattHourJ,
    firstUnit: 1,
  },
  'raritan-px1': {
    powerOid: '1.3.6.1.4.1.13742.4.1.2.2.1.7.{outlet}',
    wattsPerUnit: 1,
    energyOid: undefined,
    joulesPerUnit: 1,
    firstUnit: 0,
  },
} as const satisfies Readonly<Record<string, SnmpDevice>>

export type SnmpDeviceName = keyof typeof snmpDevices
export const snmpDeviceNames = Object.keys(snmpDevices) as SnmpDeviceName[]

export function oidOf(template: string, unit: number, outlet: string): string {
  return template.replace('{unit}', String(unit)).replace('{outlet}', outlet)
}
