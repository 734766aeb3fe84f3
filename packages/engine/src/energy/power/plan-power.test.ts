import { aHost } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { breakEvenMs } from './break-even.ts'
import { defaultPowerOptions } from './power-options.ts'
import { minuteMs, PowerWorld } from './testing/a-power-world.ts'
import { wakeDeadlines } from './wake-deadlines.ts'

const hourMs = 60 * minuteMs
const demand = { key: 'r', cloudId: 'test', name: 'web', count: 1, vcpus: 4, memoryMiB: 8192, diskGiB: 10 } as never

describe('the break-even of a power cycle', () => {
  it('is the time after which off has cost as much as idle', () => {
    const options = { ...defaultPowerOptions, sleepPowerW: 10, shutdownMs: 60_000 }
    const host = aHost({ idlePowerW: 100, fullPowerW: 200 })
    const ms = breakEvenMs(host, 240_000, options)
    // 100 W for one minute down, 200 W for four up, 10 W for the rest, against 100 W all the time.
    const restMs = ms - 300_000
    expect(100 * 60_000 + 200 * 240_000 + 10 * restMs).toBeCloseTo(100 * ms, 3)
  })

  it('is never reached by a host that draws no more at rest than asleep', () => {
    expect(breakEvenMs(aHost({ idlePowerW: 8, fullPowerW: 20 }), 1000, defaultPowerOptions)).toBe(
      Number.POSITIVE_INFINITY,
    )
  })
})

describe('an idle fleet', () => {
  it('closes what is empty for long enough, lets it sleep, keeps the reserve awake, and then rests', () => {
    const world = new PowerWorld([{}, {}, {}, { instances: 2 }], { keepWarm: { hosts: 1, share: 0 } })
    world.minutes(10)
    expect(world.steps()).toEqual([])
    expect(world.refusalOf('h0')).toBe('power-resting')
    world.minutes(30)
    expect(world.steps()).toEqual(['h0 close', 'h1 close', 'h0 sleep', 'h1 sleep'])
    expect(world.refusalOf('h2')).toBe('keep-warm')
    world.minutes(48 * 60)
    expect(world.done).toHaveLength(4)
  })

  it('sends the least efficient to sleep first', () => {
    const world = new PowerWorld([{ fullPowerW: 200 }, { fullPowerW: 400 }, { fullPowerW: 300 }], {
      keepWarm: { hosts: 1, share: 0 },
    })
    world.minutes(60)
    expect(
      world
        .steps()
        .filter((step) => step.endsWith('sleep'))
        .sort(),
    ).toEqual(['h1 sleep', 'h2 sleep'])
  })

  it('leaves alone what is excluded by a property', () => {
    const world = new PowerWorld([{ properties: { storage: true } }, {}], {
      keepWarm: { hosts: 0, share: 0 },
      exclude: [{ property: 'storage', value: true }],
    })
    world.minutes(60)
    expect(world.steps()).toEqual(['h1 close', 'h1 sleep'])
    expect(world.refusalOf('h0')).toBe('power-excluded')
  })

  it('sends no more than so many to sleep within an hour', () => {
    const world = new PowerWorld(
      Array.from({ length: 8 }, () => ({})),
      {
        keepWarm: { hosts: 0, share: 0 },
        sleepsPerHour: 3,
      },
    )
    world.minutes(45)
    expect(world.steps().filter((step) => step.endsWith('sleep'))).toHaveLength(3)
    expect(world.refused.some(({ verdict }) => verdict.code === 'power-rate')).toBe(true)
    world.minutes(120)
    expect(world.steps().filter((step) => step.endsWith('sleep')).length).toBeGreaterThanOrEqual(6)
  })

  it('opens a closed host again when something came onto it before it slept', () => {
    const world = new PowerWorld([{}, {}], { keepWarm: { hosts: 0, share: 0 } })
    while (world.machines[0]?.state !== 'disabled') world.minute()
    ;(world.machines[0] as { instances: number }).instances = 1
    world.minutes(3)
    expect(world.steps().filter((step) => step.startsWith('h0'))).toEqual(['h0 close', 'h0 open'])
    expect(world.done.findLast(({ host }) => host === 'h0')?.reason.code).toBe('host-occupied')
  })
})

describe('leases', () => {
  it('a host sleeps until its next lease and is awake and open before that begins', () => {
    const lease = { startMs: 6 * hourMs, endMs: 8 * hourMs }
    const world = new PowerWorld([{ leases: [lease] }, {}], { keepWarm: { hosts: 1, share: 0 } })
    // h1 is the warm one; which of two equals sleeps first is decided by the longer gap, which is h1's.
    ;(world.machines[1] as { instances: number }).instances = 1
    world.options = { ...world.options, keepWarm: { hosts: 0, share: 0 } }
    world.minutes(60)
    expect(world.machines[0]?.state).toBe('asleep')
    world.minutes(5 * 60 - 1)
    expect(world.machines[0]?.state).toBe('up')
    const woken = world.done.find(({ action }) => action === 'wake')
    expect(woken?.reason.code).toBe('wake-lease')
    // Boot (5 min until measured) and margin (5 min) before the start.
    expect(woken?.minute).toBe(350)
    // While the lease runs it stays awake, however empty it is.
    world.minutes(120)
    expect(world.machines[0]?.state).toBe('up')
    expect(world.steps().filter((step) => step === 'h0 sleep')).toHaveLength(1)
  })

  it('no sleep that is too short to pay', () => {
    const world = new PowerWorld([{ leases: [{ startMs: 50 * minuteMs, endMs: 2 * hourMs }] }], {
      keepWarm: { hosts: 0, share: 0 },
    })
    world.minutes(30)
    expect(world.refusalOf('h0')).toBe('gap-too-short')
    world.minutes(19)
    expect(world.steps()).toEqual([])
  })

  it('hosts of leases that begin together are woken one after the other, all in time', () => {
    const at = Array.from({ length: 10 }, (_, key) => ({ key, latestMs: 600_000 }))
    const told = [...wakeDeadlines(at, 2).values()].sort((a, b) => a - b)
    expect(told.at(-1)).toBe(600_000)
    for (const [nth, ms] of told.entries()) if (nth > 0) expect(ms - (told[nth - 1] as number)).toBe(30_000)
  })
})

describe('demand', () => {
  function asleep() {
    const world = new PowerWorld([{ fullPowerW: 200 }, { fullPowerW: 300 }, { instances: 1 }], {
      keepWarm: { hosts: 0, share: 0 },
    })
    world.minutes(60)
    expect(world.machines.map(({ state }) => state)).toEqual(['asleep', 'asleep', 'up'])
    world.done.length = 0
    return world
  }

  it('a request that found no room wakes one host that has it: the most efficient', () => {
    const world = asleep()
    world.demands = [{ ...(demand as object), untilMs: world.nowMs + 20 * minuteMs } as never]
    world.minutes(10)
    expect(world.steps()).toEqual(['h0 wake', 'h0 open'])
    expect(world.done[0]?.reason.code).toBe('wake-demand')
  })

  it('wakes nobody for what fits on no host', () => {
    const world = asleep()
    world.demands = [{ ...(demand as object), vcpus: 1000, untilMs: world.nowMs + 20 * minuteMs } as never]
    world.minutes(10)
    expect(world.steps()).toEqual([])
  })

  it('a host that stays dark is tried again later, left to people at last, and another is woken in its place', () => {
    const world = asleep()
    ;(world.machines[0] as { isBroken: boolean }).isBroken = true
    world.demands = [{ ...(demand as object), untilMs: world.nowMs + 10 * hourMs } as never]
    world.minutes(60)
    expect(world.steps()).toEqual(['h0 wake', 'h1 wake', 'h1 open'])
    // Needed once more, it gets the rest of its attempts, with longer and longer waits, and no more.
    ;(world.machines[1] as { instances: number }).instances = 9
    world.minutes(12 * 60)
    const tries = world.done
      .filter(({ host, action }) => host === 'h0' && action === 'wake')
      .map(({ minute }) => minute)
    expect(tries).toHaveLength(world.options.wakeAttempts)
    expect((tries[2] as number) - (tries[1] as number)).toBeGreaterThanOrEqual(20)
    expect(world.recordOf('h0')).toMatchObject({ failures: 3, fault: 'the host is still down' })
  })

  it('a host that will not sleep is tried again later, left to people at last, and is open all the while', () => {
    const world = asleep()
    const [h0] = world.machines as [(typeof world.machines)[0], ...unknown[]]
    const slept = world.done.length
    h0.isSleepless = true
    h0.state = 'up'
    world.minutes(48 * 60)
    const steps = world.done.slice(slept).filter(({ host }) => host === 'h0')
    const tries = steps.filter(({ action }) => action === 'sleep').map(({ minute }) => minute)
    expect(tries).toHaveLength(world.options.wakeAttempts)
    const retryMinutes = world.options.retryMs / 60_000
    expect((tries[1] as number) - (tries[0] as number)).toBeGreaterThanOrEqual(retryMinutes)
    expect((tries[2] as number) - (tries[1] as number)).toBeGreaterThanOrEqual(2 * retryMinutes)
    expect(steps.at(-1)?.action).toBe('open')
    expect(h0.state).toBe('up')
    expect(world.recordOf('h0')).toMatchObject({ failures: 0, sleepFailures: 3, sleepFault: 'the host is still on' })
    expect(world.refusalOf('h0')).toBe('sleep-failed')
  })

  it('a person who wants a dark host awake gets the attempts there are, and more when asking anew', () => {
    const world = asleep()
    const [h0] = world.machines as [(typeof world.machines)[0], ...unknown[]]
    h0.isBroken = true
    const id = world.idOf(h0)
    const wish = { state: 'awake', by: 'olga', untilMs: 100 * hourMs } as const
    const tries = () => world.steps().filter((step) => step === 'h0 wake').length
    world.records.set(id, { ...world.recordOf('h0'), wish })
    world.minutes(20 * 60)
    expect(tries()).toBe(world.options.wakeAttempts)
    expect(world.refusalOf('h0')).toBe('wake-failed')
    // What the server makes of a wish that is said again.
    for (const attempts of [world.options.wakeAttempts, 1]) {
      const before = tries()
      world.options = { ...world.options, wakeAttempts: attempts }
      world.records.set(id, { ...world.recordOf('h0'), wish, failures: 1, failedAtMs: undefined })
      world.minutes(20 * 60)
      expect(tries() - before).toBe(Math.max(1, attempts - 1))
    }
  })

  it('a host that wakes and dies is no reason to go round in circles', () => {
    const world = asleep()
    world.demands = [{ ...(demand as object), untilMs: world.nowMs + 40 * hourMs } as never]
    for (let minute = 0; minute < 30 * 60; minute++) {
      world.minute()
      const [h0] = world.machines
      if (h0?.state === 'up') h0.state = 'down'
    }
    const wakes = world.done.filter(({ host, action }) => host === 'h0' && action === 'wake')
    expect(wakes.length).toBeLessThanOrEqual(world.options.wakeAttempts)
    expect(world.recordOf('h0').failures).toBeGreaterThan(0)
    expect(world.recordOf('h0').fault).toMatch(/^it was down again/)
    // The other one serves.
    expect(world.machines[1]?.state).toBe('up')
  })
})

describe('people', () => {
  it('a host that somebody else switched off is not touched', () => {
    const world = new PowerWorld([{ state: 'asleep' }], { keepWarm: { hosts: 1, share: 0 } })
    world.minutes(60)
    expect(world.steps()).toEqual([])
    expect(world.refusalOf('h0')).toBe('asleep-by-others')
  })

  it('a wish goes before saving, not before safety', () => {
    const world = new PowerWorld([{}, { instances: 1 }], { keepWarm: { hosts: 1, share: 0 } })
    const wish = { state: 'asleep', by: 'olga', untilMs: 10 * hourMs } as const
    for (const machine of world.machines)
      world.records.set(world.idOf(machine), { ...world.recordOf(machine.name), wish })
    world.minutes(3)
    expect(world.steps()).toEqual(['h0 close', 'h0 sleep'])
    expect(world.done[0]?.reason.code).toBe('commanded')
    expect(world.refusalOf('h1')).toBe('host-occupied')
    // Its time over, the reserve wants it back.
    world.minutes(10 * 60)
    expect(world.machines[0]?.state).toBe('up')
  })

  it('when the mode lets nothing sleep any more, everything that Gleaner put to sleep comes back', () => {
    const world = new PowerWorld([{}, {}, { state: 'asleep' }], { keepWarm: { hosts: 0, share: 0 } })
    world.minutes(60)
    world.maySleep = false
    world.machines.forEach((machine) => (machine.instances = machine.state === 'up' ? 1 : 0))
    world.minutes(10)
    expect(world.machines.map(({ state }) => state)).toEqual(['up', 'up', 'asleep'])
    expect(world.done.find(({ action }) => action === 'wake')?.reason.code).toBe('wake-mode')
  })
})
