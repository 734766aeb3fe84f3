// What is wanted in the cloud of a desktop: first the door, then who is inside; and the other way round when its user has left.
import { type InstanceState, type JournalEntry, type LendingPhase } from '@gleaner/model'
import { aHostEntry, aJournalEntry, anInstance, testCloud, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { indexSupports } from '../ledger/action-support.ts'
import { aDesk, aDesktop, planScene, type Scene } from './testing/a-desktop.ts'

const desk = aDesk()
const steps = (scene: Scene) =>
  planScene(scene).candidates.map(({ action, instanceId, claim }) =>
    instanceId === undefined ? `${action} the host (${claim})` : `${action} (${claim})`,
  )
const closed = (agoMs = 1000): JournalEntry =>
  aHostEntry({
    id: `close-${agoMs}`,
    capability: 'opportunism',
    action: 'close',
    setting: undefined,
    hostId: desk.id,
    state: 'done',
    finishedAtMs: testStartMs - agoMs,
  })
const done = (action: 'pause' | 'suspend' | 'stop', more: Partial<JournalEntry> = {}): JournalEntry =>
  aJournalEntry({
    id: `${action}-done`,
    capability: 'opportunism',
    action,
    instanceId: anInstance({ name: 'guest-0' }).id,
    hostId: desk.id,
    state: 'done',
    finishedAtMs: testStartMs - 500,
    ...more,
  })

describe('a desktop whose user is back', () => {
  it('is closed first, and nothing is wanted of its guests before', () => {
    expect(steps({ desktop: aDesktop('in-use'), guests: [{}] })).toEqual(['close the host (local-user)'])
  })

  it('then has its guests paused, and their owners learn nothing of its user', () => {
    const scene: Scene = {
      desktop: aDesktop('in-use'),
      host: { state: 'disabled' },
      guests: [{}, {}],
      journal: [closed()],
    }
    expect(steps(scene)).toEqual(['pause (local-user)', 'pause (local-user)'])
    const [first] = planScene(scene).candidates
    expect(first?.reason.sentence).toBe(
      'The desktop it is on is needed by its user; it goes on when the user has left. After 10m its memory is given back by suspend.',
    )
    expect(JSON.stringify(planScene(scene).candidates)).not.toContain('keyboard')
  })

  it('gets the memory back once the time is over, by what is set for the instance', () => {
    const at = (more: Partial<Scene>, guest: object = {}) =>
      steps({
        desktop: aDesktop('in-use'),
        host: { state: 'disabled' },
        guests: [{ state: 'paused', ...guest }],
        journal: [closed(600_000)],
        ...more,
      })
    expect(at({ journal: [closed(599_999)] })).toEqual([])
    expect(at({})).toEqual(['suspend (local-user)'])
    expect(at({ terms: { freeBy: 'delete' } })).toEqual(['delete (local-user)'])
    expect(at({ terms: { freeBy: 'delete' } }, { firmness: 'firm' })).toEqual(['stop (local-user)'])
    expect(at({ terms: { freeBy: 'delete' } }, { protectedBy: 'lock' })).toEqual(['stop (local-user)'])
    expect(at({ terms: { freeBy: 'nothing' } })).toEqual([])
    expect(at({}, { tags: ['gleaner-desktop=delete'] })).toEqual(['delete (local-user)'])
    expect(at({}, { tags: ['gleaner-desktop=nothing'] })).toEqual(['suspend (local-user)'])
    expect(at({}, { tags: ['gleaner-desktop=delete', 'gleaner-desktop=stop'] })).toEqual(['stop (local-user)'])
    expect(at({ terms: { freeByOfFlavor: { tiny: 'stop' } } }, { flavor: 'tiny' })).toEqual(['stop (local-user)'])
    const ofProject = { [anInstance().projectId]: 'nothing' } as const
    expect(at({ terms: { freeByOfProject: ofProject } })).toEqual([])
    // Who is about to leave need not have memory given back.
    expect(at({ desktop: aDesktop('grace') })).toEqual([])
    expect(at({ desktop: aDesktop('quiet') })).toEqual(['suspend (local-user)'])
  })

  it('gets it by a stronger step where the gentle one failed or is not there, never by one that nobody allowed', () => {
    const scene: Scene = {
      desktop: aDesktop('in-use'),
      host: { state: 'disabled' },
      guests: [{ state: 'paused' }],
      journal: [closed(700_000), done('suspend', { state: 'failed' })],
    }
    expect(steps(scene)).toEqual(['stop (local-user)'])
    const all = [...(scene.journal ?? []), done('stop', { state: 'timed-out' })]
    expect(steps({ ...scene, journal: all })).toEqual([])
  })

  it('wakes nobody for it: where stopping does, who stands still is saved', () => {
    const givesBack = { physicalCores: true, physicalMemory: true, sellable: false }
    const supports = indexSupports([
      {
        id: testCloud,
        actions: [
          { action: 'pause', givesBack: { ...givesBack, physicalMemory: false } },
          { action: 'suspend', givesBack },
          { action: 'stop', givesBack, wakesPaused: true },
        ],
        hostControl: {},
      },
    ])
    const at = (more: Partial<Scene>, state: InstanceState = 'paused') =>
      planScene({
        desktop: aDesktop('in-use'),
        host: { state: 'disabled' },
        guests: [{ state }],
        journal: [closed(700_000)],
        supports,
        terms: { freeBy: 'stop' },
        ...more,
      }).candidates
    expect(at({})).toMatchObject([{ action: 'suspend' }])
    expect(at({ journal: [closed(700_000), done('suspend', { state: 'failed' })] })).toEqual([])
    expect(at({}, 'running')).toMatchObject([{ action: 'stop' }])
    // What its owner is told is what will be done.
    const [pause] = at({ journal: [closed()] }, 'running')
    expect(pause?.reason.sentence).toContain('given back by suspend.')
  })

  it('of a cloud that cannot close hosts has its guests paused all the same', () => {
    const givesBack = { physicalCores: true, physicalMemory: true, sellable: false }
    const supports = indexSupports([{ id: testCloud, actions: [{ action: 'pause', givesBack }] }])
    expect(steps({ desktop: aDesktop('in-use'), guests: [{}], supports })).toEqual(['pause (local-user)'])
  })
})

describe('silence', () => {
  it('closes, and touches no guest: not lost, not gone, not before the first beat', () => {
    for (const silentMs of [45_000, 600_000]) {
      const desktop = aDesktop('lent', { lastBeatMs: testStartMs - silentMs })
      expect(steps({ desktop, guests: [{}] })).toEqual(['close the host (local-user)'])
      expect(steps({ desktop, host: { state: 'disabled' }, guests: [{}], journal: [closed(9e6)] })).toEqual([])
    }
    const silent = aDesktop('lent', { word: undefined, lastBeatMs: undefined })
    expect(steps({ desktop: silent })).toEqual(['close the host (local-user)'])
  })

  it('of a desktop that no agent speaks for closes it', () => {
    expect(steps({ desktop: undefined, guests: [{}] })).toEqual(['close the host (local-user)'])
    expect(steps({ desktop: undefined, host: { state: 'disabled' }, guests: [{}] })).toEqual([])
  })

  it('is a contract that has ended, also within the beats that may be missing', () => {
    const desktop = aDesktop('lendable', { lastBeatMs: testStartMs - 44_000 })
    expect(steps({ desktop, host: { state: 'disabled' } })).toEqual(['open the host (lending)'])
    const answer = planScene({ desktop, nowMs: testStartMs + 16_000 })
    expect(answer.candidates).toMatchObject([{ action: 'close', reason: { code: 'desktop-lost' } }])
  })
})

describe('a desktop whose user has left', () => {
  const lendable = aDesktop('lendable')

  it('is opened if it is closed, and left alone if it is open', () => {
    expect(steps({ desktop: lendable, host: { state: 'disabled' }, journal: [closed()] })).toEqual([
      'open the host (lending)',
    ])
    expect(steps({ desktop: lendable })).toEqual([])
  })

  it('has its guests go on first', () => {
    const scene: Scene = {
      desktop: lendable,
      host: { state: 'disabled' },
      guests: [{ state: 'paused' }],
      journal: [closed(), done('pause')],
    }
    expect(steps(scene)).toEqual(['resume (lending)'])
    expect(planScene(scene).refused).toMatchObject([{ action: 'open', verdict: { code: 'guests-first' } }])
    const failed = done('pause', { id: 'resume', action: 'resume', state: 'failed', finishedAtMs: testStartMs - 400 })
    expect(steps({ ...scene, journal: [...(scene.journal ?? []), failed] })).toEqual(['open the host (lending)'])
  })

  it('starts what was stopped, resumes what was saved, and leaves what was not its doing', () => {
    const at = (state: InstanceState, journal: readonly JournalEntry[]) =>
      steps({ desktop: lendable, host: { state: 'disabled' }, guests: [{ state }], journal: [closed(), ...journal] })
    expect(at('stopped', [done('stop')])).toEqual(['start (lending)'])
    expect(at('suspended', [done('suspend')])).toEqual(['resume (lending)'])
    expect(at('suspended', [done('pause')])).toEqual(['open the host (lending)'])
    expect(at('stopped', [done('stop', { capability: 'idleness' })])).toEqual(['open the host (lending)'])
    expect(at('paused', [])).toEqual(['open the host (lending)'])
  })

  it('stays closed when somebody else opened or closed it after Gleaner, or its cloud refuses', () => {
    const opened = aHostEntry({ ...closed(500), id: 'open', action: 'open' })
    const refused = aHostEntry({ ...closed(400), id: 'refused', action: 'open', state: 'failed' })
    for (const journal of [
      [closed(), opened],
      [closed(), refused],
    ]) {
      const answer = planScene({ desktop: lendable, host: { state: 'disabled' }, journal })
      expect(answer.candidates).toEqual([])
      expect(answer.refused).toMatchObject([{ verdict: { code: 'closed-by-others' } }])
    }
    for (const state of ['maintenance', 'down', 'asleep', 'unknown'] as const)
      expect(steps({ desktop: lendable, host: { state }, journal: [closed()] })).toEqual([])
  })
})

it('every phase but the two that lend is somebody’s', () => {
  const phases: readonly LendingPhase[] = ['in-use', 'quiet', 'grace', 'reclaiming']
  for (const phase of phases) expect(steps({ desktop: aDesktop(phase) })).toEqual(['close the host (local-user)'])
  expect(steps({ desktop: aDesktop('lent', { revokedAtMs: 1 }) })).toEqual(['close the host (local-user)'])
})
