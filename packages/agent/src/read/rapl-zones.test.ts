// Folders as machines have them: a server with two processors, a laptop, one with dies, an AMD, and those that tell nothing.
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RecordedMachine } from '../testing/recorded-machine.ts'
import { readRaplZones } from './rapl-zones.ts'

let machine: RecordedMachine
beforeEach(() => {
  machine = new RecordedMachine()
})
afterEach(() => machine.end())

function zone(entry: string, name: string, counterUj: number | string, rangeUj: number | undefined = 262_143_328_850) {
  const at = `sys/class/powercap/${entry}`
  machine.write(`${at}/name`, `${name}\n`)
  machine.write(`${at}/energy_uj`, `${counterUj}\n`)
  if (rangeUj !== undefined) machine.write(`${at}/max_energy_range_uj`, `${rangeUj}\n`)
}
const read = () => readRaplZones(machine.roots.sys)

it('tells packages and their memory, and neither cores nor the platform nor the register twin', () => {
  zone('intel-rapl:0', 'package-0', 1000)
  zone('intel-rapl:0:0', 'core', 400)
  zone('intel-rapl:0:1', 'dram', 300, 65_712_999_613)
  zone('intel-rapl:1', 'package-1', 2000)
  zone('intel-rapl:1:0', 'dram', 600)
  zone('intel-rapl:2', 'psys', 9000)
  zone('intel-rapl-mmio:0', 'package-0', 1000)
  mkdirSync(join(machine.roots.sys, 'class/powercap/intel-rapl'))
  expect(read()).toEqual({
    zones: [
      { name: 'package-0', counterUj: 1000, rangeUj: 262_143_328_850 },
      { name: 'package-0/dram', counterUj: 300, rangeUj: 65_712_999_613 },
      { name: 'package-1', counterUj: 2000, rangeUj: 262_143_328_850 },
      { name: 'package-1/dram', counterUj: 600, rangeUj: 262_143_328_850 },
    ],
  })
})

it('knows dies, and counters that tell no end', () => {
  zone('intel-rapl:0', 'package-0-die-0', 5)
  zone('intel-rapl:1', 'package-0-die-1', 7)
  rmSync(join(machine.roots.sys, 'class/powercap/intel-rapl:1/max_energy_range_uj'))
  expect(read().zones).toEqual([
    { name: 'package-0-die-0', counterUj: 5, rangeUj: 262_143_328_850 },
    { name: 'package-0-die-1', counterUj: 7 },
  ])
})

it('says why there is nothing to tell, and never tells a part', () => {
  const { sys } = machine.roots
  expect(read()).toEqual({ zones: [], fault: `${sys}/class/powercap: ENOENT` })
  mkdirSync(join(sys, 'class/powercap'), { recursive: true })
  expect(read()).toEqual({ zones: [], fault: `${sys}/class/powercap has no package that counts` })
  zone('intel-rapl:0', 'package-0', 5)
  zone('intel-rapl:1', 'package-1', 'no number')
  expect(read()).toEqual({ zones: [], fault: `${sys}/class/powercap/intel-rapl:1/energy_uj has no number` })
})

/** As somebody who is not root, whoever runs the test. */
function unprivileged<Read>(act: () => Read): Read {
  if (process.geteuid?.() !== 0) return act()
  const nobody = 65_534
  process.seteuid?.(nobody)
  try {
    return act()
  } finally {
    process.seteuid?.(0)
  }
}

it('counters for root alone are told as such', () => {
  zone('intel-rapl:0', 'package-0', 5)
  const file = join(machine.roots.sys, 'class/powercap/intel-rapl:0/energy_uj')
  chmodSync(file, 0o000)
  // The folder of the test is for whoever made it.
  chmodSync(dirname(machine.roots.sys), 0o755)
  expect(unprivileged(read)).toEqual({ zones: [], fault: `${file} can be read by root only` })
})
