// Firm instances leave a host that another project has reserved: in time, to where there is room, and nobody else.
import {
  type Candidate,
  type HostId,
  type Instance,
  type JournalEntry,
  type LeaseId,
  projectId,
  type Proposal,
} from '@gleaner/model'
import { aHost, aJournalEntry, anInstance, aProposal, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { aRoomWorld } from '../testing/a-room-world.ts'
import type { RoomWorld } from '../eviction/room-world.ts'
import { moveRestMs, proposeMoves } from './propose-moves.ts'

const minuteMs = 60_000
const makeRoomMs = 30 * minuteMs
const sizes = { cores: 8, reservedCores: 0, memoryMiB: 16_384, reservedMemoryMiB: 0, coreRatio: 1, memoryRatio: 1 }
const [h1, h2, h3] = ['h1', 'h2', 'h3'].map((name) => aHost({ name, ...sizes })) as [
  ReturnType<typeof aHost>,
  ReturnType<typeof aHost>,
  ReturnType<typeof aHost>,
]
const physics = projectId(h1.cloudId, 'physics')
const firm = (name: string, more: Partial<Instance> = {}) =>
  anInstance({ name, hostId: h1.id, firmness: 'firm', vcpus: 4, memoryMiB: 4096, diskGiB: 0, ...more })
const promise = (hostId: HostId, startMs: number) =>
  [hostId, { leaseId: `lea_${hostId}` as LeaseId, projectId: physics, startMs }] as const

interface Scene {
  readonly instances: readonly Instance[]
  readonly startsInMs?: number
  readonly promisedTo?: RoomWorld['promisedTo']
  readonly journal?: readonly JournalEntry[]
  readonly proposals?: readonly Proposal[]
  readonly support?: RoomWorld['support']
}

function moves({ instances, startsInMs = makeRoomMs, promisedTo, journal = [], proposals = [], ...more }: Scene) {
  const promised = promisedTo ?? new Map([promise(h1.id, testStartMs + startsInMs)])
  const soon = [...promised].filter(([, { startMs }]) => startMs <= testStartMs + makeRoomMs)
  const base = aRoomWorld(aSnapshot({ hosts: [h1, h2, h3], instances: [...instances] }), testStartMs, {
    promisedTo: promised,
    leasedTo: new Map(soon.map(([hostId, { leaseId }]) => [hostId, leaseId])),
  })
  const support = new Map([...(base.support ?? []), ['migrate', nothing] as const])
  const world = { ...base, support, ...more }
  const answer = proposeMoves({ world, makeRoomMs, journal, proposals })
  const said = ({ instanceId, setting }: Candidate) => `${instanceId} to ${setting?.toHostId}`
  return { ...answer, said: answer.candidates.map(said) }
}
const nothing = { physicalCores: false, physicalMemory: false, sellable: false }

describe('a firm instance on a reserved host', () => {
  it('moves from the time at which room is made, to the millisecond', () => {
    expect(moves({ instances: [firm('a')] }).said).toEqual(['test:a to test:h2'])
    expect(moves({ instances: [firm('a')], startsInMs: makeRoomMs + 1 }).said).toEqual([])
    expect(moves({ instances: [firm('a')], startsInMs: -minuteMs }).said).toEqual(['test:a to test:h2'])
  })

  it('is asked for as a move of its own kind, which nobody has to be told of before', () => {
    expect(moves({ instances: [firm('a')] }).candidates[0]).toMatchObject({
      capability: 'reservations',
      claim: 'pending-lease',
      action: 'migrate',
      graceMs: 0,
      reason: { code: 'moved-for-lease', facts: { host: 'h1', to: 'h2' } },
    })
  })

  it('does not move when it is preemptible, of the project itself, at rest, or on another host', () => {
    const others = [
      firm('spot', { firmness: 'preemptible' }),
      firm('own', { projectId: physics }),
      firm('resting', { state: 'stopped' }),
      firm('elsewhere', { hostId: h2.id }),
    ]
    expect(moves({ instances: others }).said).toEqual([])
  })

  it('goes rather to a host that is promised to nobody, else to one that is later, never to one that is soon', () => {
    const at = (h2InMs: number, h3InMs: number) =>
      moves({
        instances: [firm('a')],
        promisedTo: new Map([
          promise(h1.id, testStartMs),
          promise(h2.id, testStartMs + h2InMs),
          promise(h3.id, testStartMs + h3InMs),
        ]),
      }).said
    expect(
      moves({ instances: [firm('a')], promisedTo: new Map([promise(h1.id, 0), promise(h2.id, testStartMs + 9e8)]) })
        .said,
    ).toEqual(['test:a to test:h3'])
    expect(at(minuteMs, 9e8)).toEqual(['test:a to test:h3'])
    expect(at(minuteMs, minuteMs)).toEqual([])
  })

  it('finds no room twice: what moves already and what was placed a moment ago counts', () => {
    const three = [firm('a'), firm('b'), firm('c', { vcpus: 8, memoryMiB: 8192 })]
    expect(moves({ instances: three }).said.sort()).toEqual([
      'test:a to test:h3',
      'test:b to test:h3',
      'test:c to test:h2',
    ])
    const four = [...three, firm('d')]
    const short = moves({ instances: four })
    expect(short.said).toHaveLength(3)
    expect(short.refused).toMatchObject([{ action: 'migrate', verdict: { code: 'no-host-to-move-to' } }])
    const moving = entry({ instanceId: firm('c').id, setting: { toHostId: h2.id } })
    expect(moves({ instances: three, journal: [moving] }).said).toEqual(['test:a to test:h3', 'test:b to test:h3'])
  })

  it('keeps the target that was proposed, as long as there is room', () => {
    const before = aProposal({ action: 'migrate', instanceId: firm('a').id, setting: { toHostId: h3.id } })
    expect(moves({ instances: [firm('a')], proposals: [before] }).said).toEqual(['test:a to test:h3'])
    const full = firm('full', { hostId: h3.id, vcpus: 8 })
    expect(moves({ instances: [firm('a'), full], proposals: [before] }).said).toEqual(['test:a to test:h2'])
  })

  it('rests after a move that failed', () => {
    const failed = (ageMs: number) => entry({ state: 'failed', finishedAtMs: testStartMs - ageMs })
    expect(moves({ instances: [firm('a')], journal: [failed(moveRestMs - 1)] }).said).toEqual([])
    expect(moves({ instances: [firm('a')], journal: [failed(moveRestMs)] }).said).toHaveLength(1)
  })

  it('stays where the cloud migrates nothing', () => {
    expect(moves({ instances: [firm('a')], support: new Map() }).said).toEqual([])
  })
})

function entry(change: Partial<JournalEntry>): JournalEntry {
  return aJournalEntry({
    action: 'migrate',
    instanceId: firm('a').id,
    state: 'accepted',
    finishedAtMs: undefined,
    ...change,
  })
}
