import { describe, expect, it } from 'vitest'
import { oidOf, snmpDevices } from './devices.ts'

describe('where strips keep what an outlet draws', () => {
  it.each([
    ['eaton', 0, '1.3.6.1.4.1.534.6.6.7.6.5.1.3.0.5', '1.3.6.1.4.1.534.6.6.7.6.5.1.4.0.5'],
    ['eaton', 2, '1.3.6.1.4.1.534.6.6.7.6.5.1.3.2.5', '1.3.6.1.4.1.534.6.6.7.6.5.1.4.2.5'],
    ['apc', 1, '1.3.6.1.4.1.318.1.1.26.9.4.3.1.7.5', '1.3.6.1.4.1.318.1.1.26.9.4.3.1.11.5'],
    ['apc-rpdu', 0, '1.3.6.1.4.1.318.1.1.12.1.16.5', undefined],
    ['raritan', 1, '1.3.6.1.4.1.13742.6.5.4.3.1.4.1.5.5', '1.3.6.1.4.1.13742.6.5.4.3.1.4.1.5.8'],
    ['raritan-px1', 0, '1.3.6.1.4.1.13742.4.1.2.2.1.7.5', undefined],
  ] as const)('%s, unit %d', (name, unit, power, energy) => {
    const device = snmpDevices[name]
    expect(oidOf(device.powerOid, unit, '5')).toBe(power)
    expect(device.energyOid === undefined ? undefined : oidOf(device.energyOid, unit, '5')).toBe(energy)
  })
})
