// Over so many hosts that most are passed over block by block: who leaves for one instance is who would leave on the best
// host, found by asking each host alone; of equal losses the host with the fewest preemptible instances, then the first.
import { objectives, type PlacementHost, type PlacementRequest } from '@gleaner/model'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { RoomIndex } from '../placement/room-index.ts'
import { defaultRoomSettings } from '../placement/room-settings.ts'
import { decideRoom, type RoomDecision, type RoomQuestion } from './decide-room.ts'
import { compareLoss } from './loss.ts'

const sizes = [1, 2, 3] as const
const guest = fc.record({
  vcpus: fc.constantFrom(...sizes),
  startedS: fc.integer({ min: -9000, max: 40 }),
  preemptible: fc.constantFrom(true, true, false),
  priority: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 2),
})
type Guest = typeof guest extends fc.Arbitrary<infer T> ? T : never

/** A host may be full of firm instances, so that whole blocks can give nothing. */
const host = fc.array(guest, { minLength: 1, maxLength: 5 })
const cloud = fc
  .record({
    hosts: fc.array(host, { minLength: 130, maxLength: 330 }),
    firmFrom: fc.nat({ max: 200 }),
    firmHosts: fc.nat({ max: 150 }),
  })
  .map(({ hosts, firmFrom, firmHosts }) =>
    hosts.map((guests, at) =>
      at >= firmFrom && at < firmFrom + firmHosts ? guests.map((each) => ({ ...each, preemptible: false })) : guests,
    ),
  )
const step = fc.record({
  passedS: fc.constantFrom(0, 1, 30, 700, 4000),
  vcpus: fc.constantFrom(...sizes),
  /** The host of this position gets other guests before the question. */
  changed: fc.nat({ max: 400 }),
  guests: host,
})

const memoryMiB = 1000
const hostOf = (guests: readonly Guest[], at: number, nowS: number): PlacementHost => ({
  name: `h${at}`,
  vcpus: guests.reduce((sum, { vcpus }) => sum + vcpus, 0),
  ramMiB: memoryMiB * guests.length,
  diskGiB: 10,
  instances: guests.map(({ vcpus, startedS, preemptible, priority }, nth) => ({
    id: `h${at}-${nth}`,
    preemptible,
    vcpus,
    ramMiB: memoryMiB,
    diskGiB: 0,
    ageS: nowS - startedS,
    priority,
  })),
})

it.each(objectives)('finds the best of many hosts (%s)', (objective) => {
  let evicted = 0
  fc.assert(
    fc.property(cloud, fc.array(step, { minLength: 2, maxLength: 5 }), (guestsOf, steps) => {
      const hosts = [...guestsOf]
      const index = new RoomIndex(hosts.map((guests, at) => hostOf(guests, at, 0)))
      let nowS = 0
      for (const { passedS, vcpus, changed, guests } of steps) {
        nowS += passedS
        const at = changed % hosts.length
        hosts[at] = guests
        index.setHost(hostOf(guests, at, nowS), nowS)
        const request: PlacementRequest = { preemptible: false, vcpus, ramMiB: memoryMiB, diskGiB: 0, count: 1 }
        const question: RoomQuestion = {
          request,
          settings: { ...defaultRoomSettings, objective },
          nowS,
          mayEvict: true,
        }
        const found = decideRoom(index, question)
        const best = bestAlone(
          hosts.map((each, position) => hostOf(each, position, nowS)),
          question,
        )
        expect(found.feasible).toBe(best !== undefined)
        if (best === undefined) continue
        evicted++
        expect(found.victims.map((victim) => victim.host)).toEqual(best.decision.victims.map((victim) => victim.host))
        expect(compareLoss(found.loss, best.decision.loss)).toBe(0)
        expect(index.names[found.hosts[0] ?? -1]).toBe(best.name)
      }
    }),
    { numRuns: 25, seed: 64 },
  )
  expect(evicted).toBeGreaterThan(20)
})

function bestAlone(
  hosts: readonly PlacementHost[],
  question: RoomQuestion,
): { readonly name: string; readonly decision: RoomDecision } | undefined {
  let best: { readonly name: string; readonly decision: RoomDecision; readonly guests: number } | undefined
  for (const each of hosts) {
    const decision = decideRoom(new RoomIndex([each]), { ...question, nowS: 0 })
    if (!decision.feasible) continue
    const guests = each.instances.filter(({ preemptible }) => preemptible).length
    const order = best === undefined ? -1 : compareLoss(decision.loss, best.decision.loss) || guests - best.guests
    if (order < 0) best = { name: each.name, decision, guests }
  }
  return best
}
