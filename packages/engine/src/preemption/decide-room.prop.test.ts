// A decision on an index that was asked before is the decision of an index that never was: whatever happened in between, in
// whatever order, whichever way the clock went. The other index takes the same changes and is asked only once.
import { exemptions, objectives, type PlacedInstance, type PlacementHost, type PlacementRequest } from '@gleaner/model'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RoomIndex } from '../placement/room-index.ts'
import { defaultRoomSettings } from '../placement/room-settings.ts'
import { decideRoom, type RoomDecision, type RoomQuestion } from './decide-room.ts'

const flavors = [
  { vcpus: 1, ramMiB: 2000, diskGiB: 20 },
  { vcpus: 2, ramMiB: 4000, diskGiB: 0 },
  { vcpus: 3, ramMiB: 1000, diskGiB: 50 },
] as const
const names = Array.from({ length: 10 }, (_, nth) => `h${nth}`)
const ids = Array.from({ length: 24 }, (_, nth) => `i${nth}`)

const instance = fc.record({
  flavor: fc.constantFrom(...flavors),
  preemptible: fc.boolean(),
  ageS: fc.constantFrom(-40, 0, 100, 500, 700, 3000, 5000),
  priority: fc.constantFrom(0, 0, 0, 0, 3),
})

const change = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('host' as const),
      name: fc.constantFrom(...names),
      vcpus: fc.integer({ min: 2, max: 9 }),
      state: fc.constantFrom('up' as const, 'up' as const, 'up' as const, 'disabled' as const),
      zone: fc.constantFrom('a', 'b', 'c'),
      lendable: fc.constantFrom(undefined, undefined, undefined, { vcpus: 4, ramMiB: 9000 }),
      efficiency: fc.constantFrom(undefined, 1, 2, 3),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('place' as const),
      id: fc.constantFrom(...ids),
      name: fc.constantFrom(...names),
      instance,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), id: fc.constantFrom(...ids) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('exempt' as const),
      id: fc.constantFrom(...ids),
      why: fc.constantFrom(undefined, ...exemptions),
    }),
  },
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

/** Asked again and again in one history: what is kept is kept by shape. */
const shape = fc.record({
  flavor: fc.constantFrom(...flavors),
  preemptible: fc.constantFrom(false, false, false, false, true),
  hints: fc.constantFrom<PlacementRequest['hints'][]>(
    undefined,
    undefined,
    { properties: { zone: 'a' } },
    { maxPerHost: 1 },
    { avoidHosts: ['h0', 'h8'] },
  ),
})

const step = fc.record({
  changes: fc.array(change, { maxLength: 3 }),
  passedS: fc.constantFrom(0, 0, 1, 60, 400, 3600, -200, -500),
  nth: fc.nat({ max: 1 }),
  count: fc.constantFrom(1, 1, 1, 2, 3, 6),
  objective: fc.constantFrom(...objectives),
  mayEvict: fc.constantFrom(true, true, true, true, false),
})

const history = fc.record({
  shapes: fc.tuple(shape, shape),
  minimumRunS: fc.constantFrom(0, 600),
  /** Else the objective of the first step is that of all. */
  changesObjective: fc.boolean(),
  weighs: fc.constantFrom(0, 5000),
  steps: fc.array(step, { minLength: 2, maxLength: 16 }),
})

/** The hosts as they are before anything happens: small, so that they are soon full. */
const begin: readonly PlacementHost[] = names.slice(0, 6).map((name, nth) => ({
  name,
  vcpus: 4 + (nth % 3),
  ramMiB: 12_000,
  diskGiB: 120,
  properties: { zone: nth % 2 === 0 ? 'a' : 'b' },
  instances: [0, 1].map((n) => ({
    id: `${name}.${n}`,
    preemptible: n === 0,
    ...flavors[(nth + n) % 2]!,
    ageS: 900 * n,
  })),
}))

function apply(index: RoomIndex, what: Change, nowS: number): void {
  if (what.kind === 'remove') index.remove(what.id)
  else if (what.kind === 'exempt') index.exempt(what.id, what.why)
  else if (what.kind === 'place') {
    if (index.positionOf(what.name) === undefined) return
    const { flavor, ...rest } = what.instance
    index.place({ id: what.id, ...flavor, ...rest } satisfies PlacedInstance, what.name, nowS)
  } else {
    const { name, vcpus, state, zone, lendable, efficiency } = what
    const own = { name, vcpus, ramMiB: 12_000, diskGiB: 120, state, properties: { zone }, instances: [] }
    const known = efficiency === undefined ? {} : { efficiency }
    index.setHost({ ...own, ...known, ...(lendable === undefined ? {} : { lendable }) }, nowS)
  }
}

type Settings = Partial<RoomQuestion['settings']>

function asking(request: PlacementRequest, settings: Settings, more: Partial<RoomQuestion> = {}): RoomQuestion {
  return { request, settings: { ...defaultRoomSettings, ...settings }, nowS: 0, mayEvict: true, ...more }
}

describe('decideRoom', () => {
  it('answers an index it knows as one it never saw', () => {
    const met = { evicting: 0, room: 0, refused: 0 }
    fc.assert(
      fc.property(history, ({ shapes, minimumRunS, changesObjective, weighs, steps }) => {
        const known = new RoomIndex(begin)
        const past: { readonly what: Change; readonly nowS: number }[] = []
        let nowS = 0
        for (const { changes, passedS, nth, count, objective, mayEvict } of steps) {
          nowS += passedS
          for (const what of changes) {
            past.push({ what, nowS })
            apply(known, what, nowS)
          }
          const strange = new RoomIndex(begin)
          for (const { what, nowS } of past) apply(strange, what, nowS)
          const { flavor, preemptible, hints } = shapes[nth as 0 | 1]
          const question = asking(
            { preemptible, ...flavor, count, ...(hints === undefined ? {} : { hints }) },
            {
              minimumRunS,
              objective: changesObjective ? objective : steps[0]!.objective,
              multipliers: { EfficiencyWeigher: weighs },
            },
            { nowS, mayEvict },
          )
          const decision = decideRoom(known, question)
          expect(decision).toEqual(decideRoom(strange, question))
          met[kindOf(decision)]++
        }
      }),
      { numRuns: 800 },
    )
    // The histories are such that it means something.
    expect(Math.min(met.evicting, met.room, met.refused)).toBeGreaterThan(200)
  })

  it('goes by what is, also when more has changed than is on record', () => {
    const known = new RoomIndex(begin)
    const firm = asking({ preemptible: false, ...flavors[0], count: 5 }, { objective: 'least-work' })
    decideRoom(known, firm)
    known.setHost({ ...begin[0]!, instances: [] }, 0)
    for (let nth = 0; nth < 5000; nth++) known.exempt('h1.0', nth % 2 === 0 ? 'protected' : undefined)
    const strange = new RoomIndex([{ ...begin[0]!, instances: [] }, ...begin.slice(1)])
    expect(decideRoom(known, firm)).toEqual(decideRoom(strange, firm))
  })

  it('goes by what is after requests of more shapes than are kept', () => {
    const known = new RoomIndex(begin)
    const shaped = (ramMiB: number) => asking({ preemptible: false, vcpus: 3, ramMiB, diskGiB: 0, count: 2 }, {})
    for (let ramMiB = 1; ramMiB <= 400; ramMiB++) decideRoom(known, shaped(ramMiB))
    known.remove('h2.0')
    for (const ramMiB of [1, 200, 400])
      expect(decideRoom(known, shaped(ramMiB))).toEqual(
        decideRoom(
          new RoomIndex(
            begin.map((host) => ({ ...host, instances: host.instances.filter(({ id }) => id !== 'h2.0') })),
          ),
          shaped(ramMiB),
        ),
      )
  })

  it('looks again when an instance is old enough to leave, and when another objective is asked for', () => {
    const one = (id: string, vcpus: number, ageS: number) => ({
      id,
      vcpus,
      ramMiB: 1000,
      diskGiB: 0,
      ageS,
      preemptible: true,
    })
    // h0 has one that is too young; on each of the others the one that is needed is older than on the next.
    const hosts = Array.from({ length: 12 }, (_, nth) => ({
      name: `h${nth}`,
      vcpus: 4,
      ramMiB: 4000,
      diskGiB: 0,
      instances: nth === 0 ? [one('young', 4, 10)] : [one(`${nth}.a`, 3, 9000 - nth), one(`${nth}.b`, 1, 9000 - nth)],
    }))
    const index = new RoomIndex(hosts)
    const ask = (nowS: number, objective: (typeof objectives)[number]) => {
      const request = { preemptible: false, vcpus: 3, ramMiB: 1000, diskGiB: 0, count: 1 }
      const question = asking(request, { minimumRunS: 600, objective }, { nowS })
      const decision = decideRoom(index, question)
      expect(decision).toEqual(decideRoom(new RoomIndex(hosts), question))
      return decision.victims.map(({ id }) => id)
    }
    expect(ask(0, 'least-work')).toEqual(['11.a'])
    expect(ask(0, 'fewest-victims')).toEqual(['1.a'])
    expect(ask(0, 'least-work')).toEqual(['11.a'])
    expect(ask(0, 'fewest-victims')).toEqual(['1.a'])
    // Of equal losses the host with fewer preemptible instances.
    expect(ask(700, 'fewest-victims')).toEqual(['young'])
    expect(ask(0, 'fewest-victims')).toEqual(['1.a'])
  })

  it('keeps nothing of an answer that was given', () => {
    const known = new RoomIndex(begin)
    const firm = asking({ preemptible: false, ...flavors[2], count: 2 }, {})
    const first = decideRoom(known, firm)
    first.masks.fill(0)
    first.hosts.fill(7)
    expect(decideRoom(known, firm)).toEqual(decideRoom(new RoomIndex(begin), firm))
  })
})

function kindOf({ feasible, victims }: RoomDecision): 'evicting' | 'room' | 'refused' {
  if (!feasible) return 'refused'
  return victims.length > 0 ? 'evicting' : 'room'
}
