// Moving running instances together: who moves, who is left alone, and what is never done.
import type { Host, HostId, InstanceId, JournalEntry } from '@gleaner/model'
import { aHold, aHostEntry, aJournalEntry, aProposal, aSnapshot } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import type { GateFacts } from '../../gate/gate-world.ts'
import { factsOf } from '../../testing/a-world.ts'
import { noPromise } from '../power/host-promise.ts'
import { defaultPowerOptions } from '../power/power-options.ts'
import type { ConsolidationQuestion } from './propose-consolidation.ts'
import {
  ask,
  crowd,
  h1,
  h2,
  h3,
  host,
  lone,
  moved,
  nowMs,
  on,
  type Scene,
  scene,
} from './testing/a-consolidation-scene.ts'

describe('a host that runs little', () => {
  it('is emptied onto one that has the room, as a move for the sake of energy', () => {
    const { candidates, said, of } = ask(scene)
    expect(said).toEqual(['test:lone to test:h2'])
    expect(candidates[0]).toMatchObject({
      capability: 'energy',
      claim: 'energy',
      action: 'migrate',
      cause: 'consolidation',
      mode: 'enforce',
      hostId: h1.id,
      reason: { code: 'host-emptied', facts: { usedCores: 1, instances: 1, savesW: 92, to: 'h2' } },
    })
    expect(of(h1)?.code).toBe('host-emptied')
  })

  it('is emptied wholly or not at all', () => {
    const big = on(h1, 'big', { vcpus: 14 })
    // By what is used both have room; by what is sold (16 vCPUs) only the small one.
    const { said, of } = ask({ hosts: [h1, h2], instances: [lone, big, ...crowd] })
    expect(said).toEqual([])
    expect(of(h1)).toBeUndefined()
  })

  it('is not, where that saves nothing', () => {
    for (const more of [
      { isPowered: () => false },
      { recordOf: () => ({ ...wokeAt(nowMs - 60_000) }) },
      // It draws 100 W at rest.
      { power: { ...defaultPowerOptions, sleepPowerW: 100 } },
      { power: { ...defaultPowerOptions, exclude: [{ property: 'rack', value: 'A' }] } },
    ]) {
      const racked = host('h1', { properties: { rack: 'A' } })
      expect(
        ask({ hosts: [racked, host('h2', { properties: { rack: 'A' } })], instances: [lone, ...crowd], more }).said,
      ).toEqual([])
    }
  })

  it('is not, where the cloud does not migrate', () => {
    const supports: GateFacts['supports'] = new Map()
    expect(ask({ ...scene, facts: { supports } }).said).toEqual([])
  })
})

describe('what is left alone', () => {
  it.each<[string, Partial<Scene>, string]>([
    ['an instance that nobody measures', { uses: { lone: undefined } }, 'telemetry-stale'],
    ['one that is protected', { instances: [on(h1, 'lone', { protectedBy: 'a lock' }), ...crowd] }, 'protected'],
    [
      'one with a protecting tag',
      { instances: [on(h1, 'lone', { tags: ['gleaner-protected'] }), ...crowd] },
      'protected',
    ],
    [
      'one that is kept',
      { facts: { holds: [aHold({ kind: 'keep', instanceId: lone.id, untilMs: nowMs + 1 })] } },
      'kept',
    ],
    [
      'one that a person started',
      { facts: { holds: [aHold({ kind: 'person-acted', instanceId: lone.id, untilMs: nowMs + 1 })] } },
      'person-acted',
    ],
    ['one that does not run', { instances: [on(h1, 'lone', { state: 'stopped' }), ...crowd] }, 'state-not-suitable'],
    ['one of whom something else is wanted', { more: { wanted: new Set([lone.id]) } }, 'outranked'],
    ['one that moved a short while ago', { journal: [moved(lone.id, nowMs - 59 * 60_000)] }, 'cool-down'],
  ])('%s', (_, change, code) => {
    const { said, of } = ask({ ...scene, ...change })
    expect(said).toEqual([])
    expect(of(h1)?.code).toBe(code)
  })

  it('a project that has opted out, until its time', () => {
    const projects = (untilMs: number) =>
      new Map([
        [
          lone.projectId,
          {
            projectId: lone.projectId,
            optOut: { sinceMs: 0, untilMs, reason: '', by: 'ann', role: 'member' as const },
            limits: {},
          },
        ],
      ])
    const { policy } = factsOf({ reading: aSnapshot(), rules: [], nowMs })
    expect(ask({ ...scene, facts: { policy: { ...policy, projects: projects(nowMs + 1) } } }).said).toEqual([])
    expect(ask({ ...scene, facts: { policy: { ...policy, projects: projects(nowMs) } } }).said).not.toEqual([])
  })

  it('hosts of leases: at present, soon, and where the calendar is not known', () => {
    const use = (
      promise: NonNullable<GateFacts['hostUse']> extends (host: Host) => infer Use ? Use : never,
      which: HostId,
    ) =>
      ask({
        ...scene,
        facts: {
          hostUse: ({ id }) => (id === which ? promise : { isHeld: false, promise: noPromise, leadMs: 600_000 }),
        },
      })
    for (const which of [h1.id, h2.id]) {
      for (const promise of [
        undefined,
        { isActive: true, nextStartMs: Number.POSITIVE_INFINITY },
        { isActive: false, nextStartMs: nowMs + 3_600_000 },
      ]) {
        const { said, ofHosts } = use({ isHeld: false, promise, leadMs: 600_000 }, which)
        expect(said).toEqual([])
        expect(ofHosts.get(which)?.code).toBe('host-promised')
      }
      // Room that is held there for somebody is a reason not to empty it, and none not to go there.
      const held = use({ isHeld: true, promise: noPromise, leadMs: 600_000 }, which).said
      expect(held).toEqual(which === h1.id ? [] : ['test:lone to test:h2'])
    }
  })

  it.each<[string, Partial<Host>, Partial<ConsolidationQuestion>, readonly JournalEntry[]]>([
    ['asleep', { state: 'asleep' }, {}, []],
    ['closed', { state: 'disabled' }, {}, []],
    ['a desktop', { kind: 'desktop' }, {}, []],
    ['wanted asleep', {}, { closing: new Set([h2.id]) }, []],
    [
      'about to be closed',
      {},
      {},
      [aHostEntry({ action: 'close', hostId: h2.id, state: 'accepted', capability: 'energy' })],
    ],
  ])('nobody goes to a host that is %s', (_, change, more, journal) => {
    expect(ask({ hosts: [h1, host('h2', change)], instances: [lone, ...crowd], more, journal }).said).toEqual([])
  })
})

describe('limits', () => {
  const many = [on(h1, 'm1'), on(h1, 'm2'), on(h1, 'm3')]
  const wide: Scene = {
    hosts: [h1, host('h2', { coreRatio: 8 })],
    instances: [...many, on(h2, 'x'), on(h2, 'y'), on(h2, 'z'), on(h2, 'w')],
  }

  it('so many move at once; the others wait for their turn', () => {
    expect(ask({ ...wide, options: { movesAtOnce: 2 } }).said).toHaveLength(2)
    const underWay = aJournalEntry({
      instanceId: 'test:m1' as InstanceId,
      hostId: h1.id,
      action: 'migrate',
      setting: { toHostId: h2.id },
      state: 'accepted',
    })
    expect(ask({ ...wide, options: { movesAtOnce: 2 }, journal: [underWay] }).said).toHaveLength(1)
  })

  it('what was begun goes on first, to where it was to go', () => {
    const spare = {
      hosts: [h1, host('h2', { coreRatio: 8 }), h3],
      instances: [...many, ...wide.instances.slice(3), on(h3, 'p'), on(h3, 'q'), on(h3, 'r'), on(h3, 's')],
    }
    const chosen = ask({ ...spare, options: { movesAtOnce: 1 } })
    expect(chosen.said).toEqual(['test:m1 to test:h2'])
    const before = aProposal({
      instanceId: 'test:m2' as InstanceId,
      hostId: h1.id,
      capability: 'energy',
      action: 'migrate',
      setting: { toHostId: h3.id },
    })
    expect(
      ask({
        ...spare,
        hosts: [h1, spare.hosts[1] as Host, host('h3', { coreRatio: 8 })],
        options: { movesAtOnce: 1 },
        proposals: [before],
      }).said,
    ).toEqual(['test:m2 to test:h3'])
  })

  it('one host is emptied at once, by default', () => {
    const hosts = [h1, h3, host('h2', { coreRatio: 8 })]
    const instances = [lone, on(h3, 'other'), ...crowd]
    expect(ask({ hosts, instances }).said).toHaveLength(1)
    expect(ask({ hosts, instances, options: { hostsAtOnce: 2 } }).said).toHaveLength(2)
  })
})

describe('an overloaded host', () => {
  const busy = [on(h1, 'a'), on(h1, 'b'), on(h1, 'c')]

  it.each(['gleaner', 'thr-0.8-mmt', 'lr-1.2-mc'])('loses somebody to a host that has the room (%s)', (policy) => {
    const { candidates } = ask({
      hosts: [h1, h2],
      instances: [...busy, on(h2, 'x')],
      uses: { a: 3.5, b: 3, c: 3 },
      policy,
    })
    expect(candidates.length).toBeGreaterThan(0)
    for (const { reason, setting } of candidates) {
      expect(reason.code).toBe('host-overloaded')
      expect(setting?.toHostId).toBe(h2.id)
    }
  })

  it('an instance that may not move is passed over', () => {
    const guarded = busy.map((each) => (each.name === 'c' ? each : { ...each, protectedBy: 'a lock' }))
    const { said } = ask({ hosts: [h1, h2], instances: [...guarded, on(h2, 'x')], uses: { a: 3.5, b: 3, c: 3 } })
    expect(said).toEqual(['test:c to test:h2'])
  })
})

function wokeAt(wokeAtMs: number) {
  return {
    hostId: h1.id,
    closedAtMs: undefined,
    sleptAtMs: undefined,
    wokeAtMs,
    foldedToMs: 0,
    bootsMs: [],
    failures: 0,
    failedAtMs: undefined,
    fault: undefined,
    wish: undefined,
  }
}
