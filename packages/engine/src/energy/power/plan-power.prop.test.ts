import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minuteMs, PowerWorld } from './testing/a-power-world.ts'

const aLease = fc
  .record({ startMs: fc.integer({ min: 0, max: 24 * 60 }), minutes: fc.integer({ min: 5, max: 300 }) })
  .map(({ startMs, minutes }) => ({ startMs: startMs * minuteMs, endMs: (startMs + minutes) * minuteMs }))
const aMachine = fc.record({
  instances: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 })),
  leases: fc.array(aLease, { maxLength: 2 }),
  isBroken: fc.oneof({ arbitrary: fc.constant(false), weight: 5 }, { arbitrary: fc.constant(true), weight: 1 }),
  fullPowerW: fc.integer({ min: 100, max: 600 }),
})
const options = fc.record({
  keepWarm: fc.record({ hosts: fc.integer({ min: 0, max: 3 }), share: fc.constantFrom(0, 0.2, 0.5) }),
  sleepsPerHour: fc.integer({ min: 1, max: 10 }),
  wakesPerMinute: fc.constantFrom(0.5, 2, 10),
})
/** Instances that come and go: at this minute so many on this host. */
const changes = fc.array(
  fc.record({ minute: fc.integer({ min: 1, max: 700 }), host: fc.nat(), instances: fc.integer({ min: 0, max: 3 }) }),
  { maxLength: 20 },
)

describe('whatever comes', () => {
  it('no host with an instance or a lease sleeps, none misses the start of a lease it can wake for, and the reserve is kept', () => {
    fc.assert(
      fc.property(fc.array(aMachine, { minLength: 1, maxLength: 8 }), options, changes, (machines, given, moves) => {
        const world = new PowerWorld(machines, given)
        for (let minute = 1; minute <= 720; minute++) {
          for (const move of moves) {
            const machine = world.machines[move.host % world.machines.length]
            // Nobody is placed on what is closed or asleep.
            if (move.minute === minute && machine?.state === 'up') machine.instances = move.instances
          }
          const before = world.done.length
          const warmBefore = warmOf(world)
          world.minute()
          for (const { host, action } of world.done.slice(before)) {
            const machine = world.machines.find(({ name }) => name === host)
            if (machine === undefined || (action !== 'sleep' && action !== 'close')) continue
            expect(machine.instances).toBe(0)
            expect(machine.leases.some(({ startMs, endMs }) => startMs <= world.nowMs && world.nowMs < endMs)).toBe(
              false,
            )
            const { keepWarm } = world.options
            const busy = world.machines.filter(({ instances }) => instances > 0).length
            if (action === 'close')
              expect(warmBefore).toBeGreaterThan(Math.max(keepWarm.hosts, Math.ceil(keepWarm.share * busy)))
          }
          for (const machine of world.machines) {
            if (machine.isBroken === true || machine.state === 'up') continue
            const active = machine.leases.some(({ startMs, endMs }) => startMs <= world.nowMs && world.nowMs < endMs)
            expect(active, `${machine.name} is ${machine.state} in its lease`).toBe(false)
          }
        }
      }),
      { numRuns: 60, seed: 7 },
    )
  }, 120_000)

  it('left alone, it comes to rest and stays there', () => {
    fc.assert(
      fc.property(fc.array(aMachine, { minLength: 1, maxLength: 8 }), options, (machines, given) => {
        const world = new PowerWorld(
          machines.map((machine) => ({ ...machine, leases: [] })),
          given,
        )
        world.minutes(12 * 60)
        const steps = world.done.length
        world.minutes(12 * 60)
        expect(world.done.length).toBe(steps)
        // At most once down each, and never back.
        expect(steps).toBeLessThanOrEqual(2 * machines.length)
      }),
      { numRuns: 40, seed: 11 },
    )
  }, 120_000)

  it('between two sleeps of a host lie the time awake and the break-even', () => {
    fc.assert(
      fc.property(fc.array(aMachine, { minLength: 2, maxLength: 6 }), options, changes, (machines, given, moves) => {
        const world = new PowerWorld(
          machines.map((machine) => ({ ...machine, leases: [] })),
          given,
        )
        for (let minute = 1; minute <= 720; minute++) {
          for (const move of moves) {
            const machine = world.machines[move.host % world.machines.length]
            if (move.minute === minute && machine?.state === 'up') machine.instances = move.instances
          }
          world.minute()
        }
        const last = new Map<string, number>()
        for (const { host, action, minute } of world.done) {
          if (action !== 'sleep') continue
          expect((minute - (last.get(host) ?? Number.NEGATIVE_INFINITY)) * minuteMs).toBeGreaterThanOrEqual(
            world.options.leastOnMs,
          )
          last.set(host, minute)
        }
      }),
      { numRuns: 40, seed: 13 },
    )
  }, 120_000)
})

function warmOf(world: PowerWorld): number {
  const nextMs = world.nowMs + minuteMs
  return world.machines.filter(
    ({ state, instances, leases }) =>
      state === 'up' && instances === 0 && !leases.some(({ startMs, endMs }) => startMs <= nextMs && nextMs < endMs),
  ).length
}
