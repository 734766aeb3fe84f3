// What agents tell of their processors, as a meter: sums over packages that wrap, and never anything made up.
import type { CountedPower, Desktop, Host } from '@gleaner/model'
import { aHost } from '@gleaner/testkit'
import { beforeEach, expect, it } from 'vitest'
import { plainDesktop } from '../testing/plain-objects.ts'
import { AgentMeter } from './agent-meter.ts'

const never = new AbortController().signal
const rangeUj = 1e9
const startMs = 1_000_000
let nowMs = startMs
let told: { hostName: string; power: CountedPower; atMs: number }[] = []
let meter: AgentMeter
const hosts: readonly Host[] = [aHost({ name: 'h1' }), aHost({ name: 'h2' })]
const [h1, h2] = hosts.map(({ id }) => id) as [Host['id'], Host['id']]

beforeEach(() => {
  nowMs = startMs
  told = []
  meter = new AgentMeter({
    id: 'cpu',
    clock: { nowMs: () => nowMs, speed: 1 },
    store: {
      desktops: {
        list: async () => told.map(({ hostName, power, atMs }, nth) => spoken(`dsk_${nth}`, { hostName, power, atMs })),
      },
    },
    hostOf: (id) => hosts.find((host) => host.id === id),
    maxPowerW: 100,
    freshMs: 60_000,
  })
})

function spoken(id: string, { hostName, power, atMs }: (typeof told)[number]): Desktop {
  const desktop = { ...plainDesktop(startMs), id, hostName, cloudId: undefined, lastBeatMs: atMs }
  const verdict = { code: 'nothing-watched', sentence: '', facts: {} } as const
  const word = {
    phase: 'in-use',
    verdict,
    guests: { running: 0, paused: 0 },
    slowestPauseMs: 0,
    version: 'test',
    power,
  } as const
  return { ...desktop, word }
}

/** Counters in joules of the zones of h1, told now. */
function says(zones: Readonly<Record<string, number>>, fault?: string): void {
  const list = Object.entries(zones).map(([name, joules]) => ({ name, counterUj: joules * 1e6, rangeUj }))
  told = [{ hostName: 'h1', atMs: nowMs, power: { zones: list, ...(fault === undefined ? {} : { fault }) } }]
}
const read = async () => (await meter.read([h1], never))[0]
const energyJ = async () => (await read())?.energyJ
const after = (ms: number) => void (nowMs += ms)

it('adds up the packages and their memory, from the first word on', async () => {
  says({ 'package-0': 500, 'package-0/dram': 20, 'package-1': 700 })
  expect(await read()).toEqual({ outlet: h1, atMs: startMs, powerW: undefined, energyJ: 0, fault: undefined })
  after(5000)
  says({ 'package-0': 600, 'package-0/dram': 25, 'package-1': 705 })
  expect(await energyJ()).toBeCloseTo(110, 6)
  // Asked again before the agent has said anything new.
  after(1000)
  expect(await read()).toMatchObject({ atMs: startMs + 5000, energyJ: expect.closeTo(110, 6) })
})

it('a counter that passes its end goes on', async () => {
  says({ 'package-0': 990 })
  await read()
  after(5000)
  says({ 'package-0': 15 })
  expect(await energyJ()).toBeCloseTo(25, 6)
})

it('after a restart, a silence in which it may have wrapped twice, or a step that cannot be, the count begins anew', async () => {
  const begin = async () => {
    says({ 'package-0': 100, 'package-1': 100 })
    await read()
    after(5000)
    says({ 'package-0': 200, 'package-1': 200 })
    expect(await energyJ()).toBeGreaterThan(0)
  }
  await begin()
  // One fell by more than could have wrapped in this time: all begin anew, for the sum has to fall.
  after(1000)
  says({ 'package-0': 50, 'package-1': 250 })
  expect(await energyJ()).toBe(0)
  after(5000)
  says({ 'package-0': 60, 'package-1': 260 })
  expect(await energyJ()).toBeCloseTo(20, 6)
  // 1 kJ at no more than 100 W: after ten seconds of silence nobody knows how often.
  after(10_000)
  says({ 'package-0': 70, 'package-1': 270 })
  expect(await energyJ()).toBe(0)
})

it('a package that comes or goes makes no energy', async () => {
  says({ 'package-0': 100 })
  await read()
  after(5000)
  says({ 'package-0': 150, 'package-1': 900 })
  expect(await energyJ()).toBe(0)
  after(5000)
  says({ 'package-0': 160, 'package-1': 910 })
  expect(await energyJ()).toBeCloseTo(20, 6)
})

it('nobody, silence, and an agent that may not read are told apart', async () => {
  expect(await read()).toMatchObject({ fault: 'absent', energyJ: undefined })
  says({ 'package-0': 1 })
  after(60_001)
  expect(await read()).toMatchObject({ fault: 'silent' })
  says({}, '/sys/class/powercap/intel-rapl:0/energy_uj can be read by root only')
  const both = await meter.read([h1, h2], never)
  expect(both.map(({ fault }) => fault)).toEqual(['unmeasured', 'absent'])
  const [first, second] = await meter.check([h1, h2], never)
  expect(first).toMatchObject({ ok: false, detail: expect.stringContaining('root only') })
  expect(second).toMatchObject({ ok: false, detail: 'no agent tells anything of this host' })
})
