// How long a switch is waited for has bounds: what no timer can hold would fire at once and fail every step.
import { expect, it } from 'vitest'
import { type HostPowerReading, hostPowerSettings } from './host-power-settings.ts'

function read(timeout?: string) {
  const faults: (readonly [string, string])[] = []
  const reading: HostPowerReading = {
    fault: (path, detail) => faults.push([path.join('.'), detail]),
    secret: () => 'secret',
    resolvePath: (path) => path,
    cloudIds: ['lab'],
  }
  const power = {
    kind: 'command',
    state: ['state'],
    wake: ['on'],
    sleep: ['off'],
    ...(timeout === undefined ? {} : { timeout }),
  } as const
  const settings = hostPowerSettings([{ name: 'kvm1', power }], reading)
  return { faults, timeoutMs: settings[0]?.power?.timeoutMs }
}

it.each([
  [undefined, 10_000],
  ['100ms', 100],
  ['30s', 30_000],
  ['10m', 600_000],
])('waits for %s', (timeout, timeoutMs) => {
  expect(read(timeout)).toEqual({ faults: [], timeoutMs })
})

it.each(['0s', '99ms', '601s', '25d', '9'.repeat(400) + 'd'])('refuses %s', (timeout) => {
  expect(read(timeout).faults).toEqual([['0.power.timeout', 'timeout is at least 100ms and at most 10m']])
})
