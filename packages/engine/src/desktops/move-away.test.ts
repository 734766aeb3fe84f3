// Guests that move to another host when the user of their desktop stays: where to, in which order, and what happens where it cannot be done.
import { type Host, type HostId, type Instance, type JournalEntry, type LendingPhase } from '@gleaner/model'
import {
  aHost,
  aHostEntry,
  aJournalEntry,
  anInstance,
  aProposal,
  aSnapshot,
  testCloud,
  testStartMs,
} from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { indexSupports } from '../ledger/action-support.ts'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import { allSupports } from '../testing/all-supports.ts'
import { aRoomWorld } from '../testing/a-room-world.ts'
import { presenceOf } from './desktop-presence.ts'
import { refugesOf } from './find-refuge.ts'
import { lendingPast } from './lending-past.ts'
import { planLending } from './plan-lending.ts'
import { aDesk, aDesktop, limits, terms } from './testing/a-desktop.ts'

const sizes = {
  cores: 8,
  reservedCores: 0,
  memoryMiB: 8192,
  reservedMemoryMiB: 0,
  coreRatio: 1,
  memoryRatio: 1,
  diskGiB: 100,
}
const desk = aDesk({ ...sizes, state: 'disabled' })
const free = aHost({ name: 'kvm-1', ...sizes })
const other = aDesk({ name: 'desk-2', ...sizes })
const guest = (name: string, more: Partial<Instance> = {}) =>
  anInstance({
    name,
    hostId: desk.id,
    firmness: 'preemptible',
    state: 'paused',
    vcpus: 4,
    memoryMiB: 6000,
    diskGiB: 1,
    ...more,
  })
const entry = (action: JournalEntry['action'], of: Instance, more: Partial<JournalEntry> = {}): JournalEntry =>
  aJournalEntry({
    id: `${action}-${of.name}`,
    capability: 'opportunism',
    action,
    instanceId: of.id,
    hostId: desk.id,
    setting: undefined,
    state: 'done',
    finishedAtMs: testStartMs - 60_000,
    ...more,
  })
const closed: JournalEntry = aHostEntry({
  id: 'close',
  capability: 'opportunism',
  action: 'close',
  setting: undefined,
  hostId: desk.id,
  state: 'done',
  finishedAtMs: testStartMs - 700_000,
})

interface Scene {
  readonly hosts?: readonly Host[]
  readonly guests: readonly Instance[]
  readonly journal?: readonly JournalEntry[]
  /** What the agent of the other desktop says. */
  readonly otherSays?: LendingPhase
  readonly says?: LendingPhase
  readonly agoMs?: number
  readonly keptTo?: HostId
  readonly supports?: ReturnType<typeof allSupports>
  readonly undecidable?: boolean
}

function steps({
  hosts = [desk, free],
  guests,
  journal = [],
  otherSays,
  says = 'in-use',
  agoMs,
  keptTo,
  ...more
}: Scene) {
  const reading = aSnapshot({ hosts: [...hosts], instances: [...guests], takenAtMs: testStartMs - 100 })
  const door = agoMs === undefined ? closed : { ...closed, finishedAtMs: testStartMs - agoMs }
  const all = [door, ...guests.map((each) => entry('pause', each)), ...journal]
  const presence = ({ id }: Host) =>
    presenceOf(
      id === desk.id ? aDesktop(says) : otherSays && aDesktop(otherSays, { id: 'dsk_2', hostName: 'desk-2' }),
      testStartMs,
      limits,
    )
  const proposals =
    keptTo === undefined
      ? []
      : [aProposal({ action: 'migrate', instanceId: guests[0]?.id ?? guest('a').id, setting: { toHostId: keptTo } })]
  const answer = planLending({
    ...lendingPast(all),
    snapshots: [freezeSnapshot(reading, reading)],
    supports: more.supports ?? allSupports(testCloud),
    presenceOf: presence,
    findRefuge: refugesOf({
      worldOf: () => (more.undecidable === true ? undefined : aRoomWorld(reading, testStartMs)),
      presenceOf: presence,
      journal: all,
      proposals,
    }),
    terms: { ...terms, freeBy: 'migrate' },
    nowMs: testStartMs,
  })
  return answer.candidates.map(
    ({ action, instanceId, claim, setting }) =>
      `${action} ${instanceId ?? 'the host'}${setting?.toHostId ? ` to ${setting.toHostId}` : ''} (${claim})`,
  )
}

describe('a guest whose memory is wanted back by a move', () => {
  it('goes to a host with room once the time is over, and not before', () => {
    expect(steps({ guests: [guest('a')] })).toEqual(['migrate test:a to test:kvm-1 (local-user)'])
    expect(steps({ guests: [guest('a')], agoMs: 599_999 })).toEqual([])
    expect(steps({ guests: [guest('a')], says: 'grace' })).toEqual([])
  })

  it('stands still by the cloud’s own doing first, for nobody lets it go on elsewhere otherwise', () => {
    expect(steps({ guests: [guest('a', { state: 'running' })] })).toEqual(['pause test:a (local-user)'])
    const noPause = [entry('pause', guest('a'), { id: 'no', state: 'failed' })]
    expect(steps({ guests: [guest('a', { state: 'running' })], journal: noPause })).toEqual([
      'suspend test:a (local-user)',
    ])
  })

  it('prefers a hypervisor, and goes to another desktop only while nobody is there', () => {
    const full = { ...free, memoryMiB: 4096 }
    expect(steps({ hosts: [desk, other, free], guests: [guest('a')], otherSays: 'lendable' })).toEqual([
      'migrate test:a to test:kvm-1 (local-user)',
    ])
    expect(steps({ hosts: [desk, other, full], guests: [guest('a')], otherSays: 'lendable' })).toEqual([
      'migrate test:a to test:desk-2 (local-user)',
    ])
    for (const otherSays of ['in-use', 'quiet', 'grace', undefined] as const) {
      const said = steps({ hosts: [desk, other, full], guests: [guest('a')], ...(otherSays && { otherSays }) })
      expect(said).toContain('suspend test:a (local-user)')
      expect(said.join()).not.toContain('migrate')
    }
    // A firm one is not brought to anybody's desktop.
    const firm = guest('a', { firmness: 'firm' })
    expect(steps({ hosts: [desk, other, full], guests: [firm], otherSays: 'lendable' })).toEqual([
      'suspend test:a (local-user)',
    ])
  })

  it('is saved where no host has room, where it failed or took too long, and where the cloud cannot move or nothing can be decided', () => {
    const saved = ['suspend test:a (local-user)']
    expect(steps({ hosts: [desk], guests: [guest('a')] })).toEqual(saved)
    expect(steps({ hosts: [desk, { ...free, state: 'disabled' }], guests: [guest('a')] })).toEqual(saved)
    for (const state of ['failed', 'timed-out'] as const)
      expect(steps({ guests: [guest('a')], journal: [entry('migrate', guest('a'), { state })] })).toEqual(saved)
    expect(steps({ guests: [guest('a')], undecidable: true })).toEqual(saved)
    const givesBack = { physicalCores: true, physicalMemory: true, sellable: false }
    const actions = (['pause', 'resume', 'suspend'] as const).map((action) => ({ action, givesBack }))
    const supports = indexSupports([{ id: testCloud, actions, hostControl: {} }])
    expect(steps({ guests: [guest('a')], supports })).toEqual(saved)
  })

  it('does not count on room that another one takes in the same round, or is on its way to', () => {
    expect(steps({ guests: [guest('a'), guest('b')] })).toEqual([
      'migrate test:a to test:kvm-1 (local-user)',
      'suspend test:b (local-user)',
    ])
    const moving = guest('b', { state: 'migrating' })
    const underWay = entry('migrate', moving, {
      state: 'accepted',
      finishedAtMs: undefined,
      setting: { toHostId: free.id },
    })
    expect(steps({ guests: [guest('a'), moving], journal: [underWay] })).toEqual(['suspend test:a (local-user)'])
  })

  it('keeps the host that was chosen before', () => {
    const second = { ...free, id: aHost({ name: 'kvm-2' }).id, name: 'kvm-2' }
    for (const host of [free, second])
      expect(steps({ hosts: [desk, free, second], guests: [guest('a')], keptTo: host.id })).toEqual([
        `migrate test:a to ${host.id} (local-user)`,
      ])
  })
})

describe('a guest that has moved away', () => {
  const arrived = guest('a', { hostId: free.id })
  const moved = (more: Partial<JournalEntry> = {}) =>
    entry('migrate', arrived, { setting: { toHostId: free.id }, finishedAtMs: testStartMs - 30_000, ...more })

  it('goes on where it is, whoever is at the desktop; also when the move was over later than waited for', () => {
    expect(steps({ guests: [arrived], journal: [moved()] })).toEqual(['resume test:a (lending)'])
    expect(steps({ guests: [arrived], journal: [moved({ state: 'timed-out' })] })).toEqual(['resume test:a (lending)'])
  })

  it('stays as it is where somebody else paused it, moved it on, or Gleaner never moved it', () => {
    expect(steps({ guests: [arrived] })).toEqual([])
    expect(steps({ guests: [arrived], journal: [moved({ capability: 'reservations' })] })).toEqual([])
    expect(steps({ guests: [arrived], journal: [moved({ setting: { toHostId: other.id } })] })).toEqual([])
    const resumed = entry('resume', arrived, { finishedAtMs: testStartMs - 20_000 })
    expect(steps({ guests: [arrived], journal: [moved(), resumed] })).toEqual([])
  })

  it('goes on at another desktop like all that is there: while nobody needs it', () => {
    const there = guest('a', { hostId: other.id })
    const journal = [entry('migrate', there, { setting: { toHostId: other.id } })]
    const at = (otherSays: LendingPhase) => steps({ hosts: [desk, other], guests: [there], journal, otherSays })
    expect(at('lendable')).toEqual(['resume test:a (lending)'])
    expect(at('in-use')).toEqual(['close the host (local-user)'])
  })
})
