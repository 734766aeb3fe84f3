import { describe, expect, it } from 'vitest'
import { readDcmi, readSensor } from './read-watts.ts'

/** As ipmitool 1.8.19 prints it: the line of the time has no end of its own. */
const dcmi = (watts: string, state = 'activated') => `
    Instantaneous power reading:                   ${watts} Watts
    Minimum during sampling period:                140 Watts
    Maximum during sampling period:                160 Watts
    Average power reading over sample period:      150 Watts
    IPMI timestamp:                           11/29/26 09:38:49 UTC    Sampling period:                          00000001 Seconds.
    Power reading state is:                   ${state}

`

describe('what ipmitool prints of power', () => {
  it.each([
    ['150', 150],
    ['0', 0],
    ['65535', 65535],
    ['-1', -1],
  ])('DCMI: %s', (watts, powerW) => {
    expect(readDcmi(dcmi(watts))).toEqual({ powerW })
  })

  it('DCMI: what a board says that does not measure is no figure', () => {
    expect(readDcmi(dcmi('150', 'deactivated'))).toMatchObject({ fault: 'unmeasured' })
  })

  it.each(['', 'Chassis Power is on', dcmi('lots'), dcmi('')])('DCMI: %j is no answer', (text) => {
    expect(readDcmi(text)).toEqual({ fault: 'garbled' })
  })

  it.each([
    ['Pwr Meter        | 180\n', { powerW: 180 }],
    ['System Level     | 212.5\n', { powerW: 212.5 }],
    ['Pwr Meter        | na\n', { fault: 'unmeasured', why: 'na' }],
    ['Pwr Meter        | 0x2b\n', { fault: 'garbled' }],
    ['', { fault: 'garbled' }],
  ])('sensor: %j', (text, said) => {
    expect(readSensor(text)).toEqual(said)
  })
})
