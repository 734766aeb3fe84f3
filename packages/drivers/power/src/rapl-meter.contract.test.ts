// The contract against a folder that looks like Linux's, and the ways in which a counter that wraps can lie.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MeterHarness, meterContract } from '@gleaner/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RaplMeter } from './rapl-meter.ts'

const never = new AbortController().signal
/** As an Intel Xeon has it: 262 kJ. */
const rangeUj = 262_143_328_850

class FakeZones {
  readonly folder = mkdtempSync(join(tmpdir(), 'gleaner-rapl-'))
  nowMs = Date.UTC(2026, 2, 4, 12)
  readonly powers = new Map<string, number>()
  readonly #counters = new Map<string, number>()
  readonly #entries = new Map<string, string>()

  constructor() {
    this.add('intel-rapl:0', 'package-0')
    this.add('intel-rapl:0:0', 'dram', 'package-0/dram')
    this.add('intel-rapl:1', 'package-1')
    mkdirSync(join(this.folder, 'intel-rapl'))
  }

  add(entry: string, name: string, outlet = name): void {
    mkdirSync(join(this.folder, entry))
    writeFileSync(join(this.folder, entry, 'name'), `${name}\n`)
    writeFileSync(join(this.folder, entry, 'max_energy_range_uj'), `${rangeUj}\n`)
    this.#entries.set(outlet, entry)
    this.count(outlet, 1e9)
  }

  count(outlet: string, counterUj: number | string): void {
    if (typeof counterUj === 'number') this.#counters.set(outlet, counterUj)
    writeFileSync(this.file(outlet, 'energy_uj'), `${counterUj}\n`)
  }

  file(outlet: string, name: string): string {
    return join(this.folder, this.#entries.get(outlet) as string, name)
  }

  elapse(ms: number): void {
    this.nowMs += ms
    for (const [outlet, powerW] of this.powers)
      this.count(outlet, ((this.#counters.get(outlet) ?? 0) + powerW * ms * 1000) % rangeUj)
  }
}

const meterOf = (zones: FakeZones, maxPowerW = 400) =>
  new RaplMeter({ id: 'cpu', clock: { nowMs: () => zones.nowMs }, folder: zones.folder, maxPowerW })

async function open(): Promise<MeterHarness> {
  const zones = new FakeZones()
  const meter = meterOf(zones)
  const away = `${zones.folder}-away`
  let isAway = false
  return {
    meter,
    outlets: ['package-0', 'package-0/dram', 'package-1'],
    absent: 'psys',
    resolutionW: 0.001,
    countsEnergy: false,
    nowMs: () => zones.nowMs,
    setPower: (outlet, powerW) => void zones.powers.set(outlet, powerW),
    elapse: (ms) => zones.elapse(ms),
    faults: ['away'],
    behave: (fault) => {
      if ((fault === 'away') !== isAway)
        renameSync(...((isAway ? [away, zones.folder] : [zones.folder, away]) as [string, string]))
      isAway = fault === 'away'
    },
    secrets: [],
    dispose: async () => {
      await meter.close()
      rmSync(zones.folder, { recursive: true, force: true })
    },
  }
}

meterContract({ describe, it }, 'RAPL', { open })

describe('a counter of RAPL', () => {
  let zones: FakeZones
  let meter: RaplMeter
  beforeEach(() => {
    zones = new FakeZones()
    meter = meterOf(zones)
  })
  afterEach(() => rmSync(zones.folder, { recursive: true, force: true }))

  /** Joules after so many seconds, with the counter at that figure. */
  async function after(seconds: number, counterUj: number | string) {
    zones.nowMs += seconds * 1000
    zones.count('package-0', counterUj)
    const [reading] = await meter.read(['package-0'], never)
    return reading?.fault ?? reading?.energyJ
  }

  it('goes on over its end', async () => {
    expect(await after(0, rangeUj - 500e6)).toBe(0)
    expect(await after(10, 500e6)).toBeCloseTo(1000, 6)
    expect(await after(10, 1500e6)).toBeCloseTo(2000, 6)
  })

  it('that may have passed its end twice begins anew, and never invents', async () => {
    await after(0, 1e6)
    expect(await after(10, 1001e6)).toBeCloseTo(1000, 6)
    // 262 kJ at 400 W are 655 s.
    expect(await after(660, 900e6)).toBe(0)
    expect(await after(10, 1000e6)).toBeCloseTo(100, 6)
  })

  it('that falls without having reached its end begins anew: the machine was started again', async () => {
    await after(0, 100_000e6)
    expect(await after(10, 101_000e6)).toBeCloseTo(1000, 6)
    expect(await after(10, 5e6)).toBe(0)
  })

  it('whose end is not known begins anew when it falls', async () => {
    rmSync(zones.file('package-0', 'max_energy_range_uj'))
    await after(0, 1000e6)
    expect(await after(10, 2000e6)).toBeCloseTo(1000, 6)
    expect(await after(10, 100e6)).toBe(0)
  })

  it.each(['', '-5', 'N/A', '1e9', '12 34'])('that says %j says nothing', async (text) => {
    expect(await after(0, text)).toBe('garbled')
  })

  it('that stands still counts nothing', async () => {
    await after(0, 1e9)
    expect(await after(10, 1e9)).toBe(0)
    expect(await after(10, 1e9)).toBe(0)
  })

  it('is not there on a machine without RAPL', async () => {
    rmSync(zones.folder, { recursive: true })
    mkdirSync(zones.folder)
    await expect(meter.read(['package-0'], never)).rejects.toThrow(/no zone of RAPL/)
  })
})
