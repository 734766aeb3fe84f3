// Who of the evicted comes back, in which order, and what each of the others waits for.
import { defaultPreemptionPolicy, type Eviction, type Instance, type InstanceId } from '@gleaner/model'
import { aHost, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { anEviction } from '../testing/an-eviction.ts'
import { aRoomWorld } from '../testing/a-room-world.ts'
import { absentHostLifeMs, planReturns, type Return } from './plan-returns.ts'
import type { RoomWorld } from './room-world.ts'

const [h1, h2] = ['h1', 'h2'].map((name) =>
  aHost({ name, cores: 4, reservedCores: 0, coreRatio: 1, memoryMiB: 65_536 }),
) as [ReturnType<typeof aHost>, ReturnType<typeof aHost>]
const preemption = { ...defaultPreemptionPolicy, action: 'stop' } as const
const instance = (name: string, more: Partial<Instance> = {}) =>
  anInstance({ name, hostId: h1.id, firmness: 'preemptible', ...more })
const resting = (name: string, more: Partial<Instance> = {}) => instance(name, { state: 'stopped', ...more })
const firm = (name: string, hostId: Instance['hostId'], vcpus: number) =>
  instance(name, { hostId, firmness: 'firm', vcpus })

interface Given {
  readonly hosts?: readonly ReturnType<typeof aHost>[]
  readonly more?: Partial<RoomWorld>
}

function planned(
  evictions: readonly Eviction[],
  instances: readonly Instance[],
  { hosts = [h1], more = {} }: Given = {},
): readonly Return[] {
  return planReturns(evictions, aRoomWorld(aSnapshot({ hosts, instances }), testStartMs, { preemption, ...more }))
}

function told(returns: readonly Return[]): readonly string[] {
  return returns.map((each) => {
    const name = each.eviction.name
    if (each.kind === 'create') return `${name} is made on ${each.hostId}`
    if (each.kind === 'wake') return `${name} by ${each.candidate.action} on ${each.candidate.hostId}`
    return each.kind === 'ended' ? `${name} ${each.state} ${each.verdict.code}` : `${name} waits ${each.verdict.code}`
  })
}

function single(returns: readonly Return[]): Return {
  expect(returns).toHaveLength(1)
  return returns[0] as Return
}

describe('an evicted instance', () => {
  it('is woken where it rests when there is room, with the reason of its eviction', () => {
    const found = single(planned([anEviction({ times: 2, priority: 7 })], [resting('batch-1')]))
    expect(found).toMatchObject({
      kind: 'wake',
      candidate: {
        capability: 'preemption',
        claim: 'lending',
        action: 'start',
        instanceId: 'test:batch-1',
        hostId: 'test:h1',
        cause: 'room again',
        mode: 'enforce',
        priority: 7,
        graceMs: 0,
        reason: {
          code: 'room-again',
          sentence: 'batch-1 was evicted (big is firm.) and there is room for it again.',
          facts: { eviction: 'evi_batch-1', evictedAtMs: testStartMs - 3_600_000, times: 2 },
        },
      },
    })
  })

  it.each([
    ['suspend', 'suspended', 'resume'],
    ['pause', 'paused', 'resume'],
    ['stop', 'stopped', 'start'],
    ['shelve', 'shelved', 'start'],
  ] as const)('that left by %s and is %s comes back by %s', (action, state, by) => {
    const there = resting('batch-1', { state, hostId: state === 'shelved' ? undefined : h1.id })
    expect(single(planned([anEviction({ action })], [there]))).toMatchObject({ candidate: { action: by } })
  })

  it('that was tested comes back by the wish of a person', () => {
    const found = single(planned([anEviction({ kind: 'test' })], [resting('batch-1')]))
    expect(found).toMatchObject({ candidate: { claim: 'command' } })
  })

  it('that was deleted is made anew, on a host that has room', () => {
    const given = { hosts: [h1, h2] }
    expect(told(planned([anEviction({ action: 'delete' })], [firm('full', h1.id, 4)], given))).toEqual([
      'batch-1 is made on test:h2',
    ])
  })

  it('waits where no host has room, with what it needs', () => {
    expect(single(planned([anEviction({ action: 'delete' })], [firm('full', h1.id, 3)]))).toMatchObject({
      kind: 'wait',
      verdict: {
        code: 'no-room-yet',
        sentence: 'No host has room for batch-1 again (2 vCPUs and 4 GiB).',
        facts: { vcpus: 2, memoryMiB: 4096 },
      },
    })
    expect(told(planned([anEviction({ action: 'delete' })], [firm('half', h1.id, 2)]))).toEqual([
      'batch-1 is made on test:h1',
    ])
  })

  it('waits for the host where it rests, whatever room there is elsewhere', () => {
    const given = { hosts: [h1, h2] }
    expect(single(planned([anEviction()], [resting('batch-1'), firm('full', h1.id, 3)], given))).toMatchObject({
      kind: 'wait',
      verdict: { sentence: 'h1, where it rests, has no room for batch-1 again (2 vCPUs and 4 GiB).' },
    })
    // Shelved it rests nowhere, and comes back wherever there is room.
    const shelved = resting('batch-1', { state: 'shelved', hostId: undefined })
    expect(told(planned([anEviction({ action: 'shelve' })], [shelved, firm('full', h1.id, 3)], given))).toEqual([
      'batch-1 by start on undefined',
    ])
  })

  it('makes nobody else leave', () => {
    expect(told(planned([anEviction()], [resting('batch-1'), instance('other', { vcpus: 4 })]))).toEqual([
      'batch-1 waits no-room-yet',
    ])
  })

  it('waits until its back-off is over, to the millisecond', () => {
    const until = (notBeforeMs: number) =>
      single(planned([anEviction({ notBeforeMs, times: 2 })], [resting('batch-1')]))
    expect(until(testStartMs)).toMatchObject({ kind: 'wake' })
    expect(until(testStartMs + 1)).toMatchObject({ kind: 'wait', verdict: { code: 'backing-off' } })
    expect(until(testStartMs + 600_000)).toMatchObject({
      verdict: {
        sentence: 'It waits 10m before it comes back. It was evicted 2 times within a day.',
        facts: { times: 2, waitMs: 600_000 },
      },
    })
  })

  it('is not brought back where that is off', () => {
    const more = { preemption: { ...preemption, returns: false } }
    expect(single(planned([anEviction()], [resting('batch-1')], { more }))).toMatchObject({
      kind: 'wait',
      verdict: { code: 'returns-off', sentence: 'Evicted instances are not brought back by themselves.' },
    })
  })

  it('that is under way already, or still leaving, is not touched', () => {
    const returning = anEviction({ state: 'returning' })
    expect(single(planned([returning], [resting('batch-1')]))).toMatchObject({
      verdict: { code: 'in-flight', sentence: 'batch-1 is on its way back.' },
    })
    expect(single(planned([anEviction()], [resting('batch-1', { state: 'stopping' })]))).toMatchObject({
      verdict: { code: 'in-flight', sentence: 'batch-1 is stopping.', facts: { state: 'stopping' } },
    })
  })
})

describe('the headroom for firm instances', () => {
  const withWatermark = (watermark: number) => ({ more: { preemption: { ...preemption, watermark } } })

  it('is left free by those who come back, to the core', () => {
    const rests = [resting('batch-1')]
    expect(told(planned([anEviction()], rests, withWatermark(0.5)))).toEqual(['batch-1 by start on test:h1'])
    expect(told(planned([anEviction()], rests, withWatermark(0.51)))).toEqual(['batch-1 waits no-room-yet'])
  })

  it('counts those before it', () => {
    const two = ['a', 'b'].map((name) => anEviction({ name, vcpus: 1 }))
    const rests = ['a', 'b'].map((name) => resting(name, { vcpus: 1 }))
    expect(told(planned(two, rests, withWatermark(0.5)))).toEqual(['a by start on test:h1', 'b by start on test:h1'])
    expect(told(planned(two, rests, withWatermark(0.75)))).toEqual(['a by start on test:h1', 'b waits no-room-yet'])
  })
})

describe('the order of return', () => {
  it('is that of priority, then of waiting, then of ids; room that is given is taken', () => {
    const four = [
      anEviction({ name: 'c' }),
      anEviction({ name: 'b' }),
      anEviction({ name: 'longest', evictedAtMs: testStartMs - 7_200_000 }),
      anEviction({ name: 'first', priority: 1 }),
    ]
    const rests = four.map(({ name }) => resting(name))
    expect(told(planned(four, rests))).toEqual([
      'first by start on test:h1',
      'longest by start on test:h1',
      'b waits no-room-yet',
      'c waits no-room-yet',
    ])
  })

  const many = (count: number, more: Partial<Eviction> = {}) =>
    Array.from({ length: count }, (_, nth) =>
      anEviction({ name: `m-${nth + 10}`, action: 'delete', vcpus: 1, ...more }),
    )
  const wide = { hosts: [aHost({ name: 'h1', cores: 100, memoryMiB: 1_000_000 })] }

  it('lets ten come back at once, and no more', () => {
    const returns = planned(many(11), [], wide)
    expect(returns.filter(({ kind }) => kind === 'create')).toHaveLength(10)
    expect(returns.at(-1)).toMatchObject({
      kind: 'wait',
      eviction: { name: 'm-20' },
      verdict: {
        code: 'no-room-yet',
        sentence: '10 others are on their way back; it is its turn after them.',
      },
    })
  })

  it('counts those under way among the ten, whatever their priority', () => {
    const under = many(9, { state: 'returning', priority: -1 })
    const waiting = ['x', 'y'].map((name) => anEviction({ name, action: 'delete', vcpus: 1 }))
    expect(told(planned([...waiting, ...under], [], wide)).slice(0, 2)).toEqual([
      'x is made on test:h1',
      'y waits no-room-yet',
    ])
  })
})

describe('the room of those under way', () => {
  const next = anEviction({ name: 'next', action: 'delete' })
  const after = (eviction: Eviction, instances: readonly Instance[], hosts = [h1]) =>
    told(planned([next, eviction], instances, { hosts }))[0]
  const under = { name: 'under', state: 'returning', vcpus: 3, priority: -1 } as const

  it('is taken while they still rest in the reading', () => {
    expect(after(anEviction(under), [resting('under', { vcpus: 3 })])).toBe('next waits no-room-yet')
    // On the host where it rests, and on no other.
    expect(after(anEviction(under), [resting('under', { vcpus: 3 })], [h1, h2])).toBe('next is made on test:h2')
  })

  it('is taken where they are made anew and the reading does not have them', () => {
    const anew = { ...under, action: 'delete', updatedAtMs: testStartMs } as const
    expect(after(anEviction({ ...anew, returnedAs: 'test:new' as InstanceId }), [])).toBe('next waits no-room-yet')
    expect(after(anEviction(anew), [firm('full', h1.id, 2)])).toBe('next is made on test:h1')
  })

  it('is taken once where the reading has them on a host', () => {
    const starting = instance('under', { state: 'starting', vcpus: 2 })
    expect(after(anEviction({ ...under, vcpus: 2 }), [starting])).toBe('next is made on test:h1')
    expect(after(anEviction(under), [instance('under', { state: 'starting', vcpus: 3 })])).toBe(
      'next waits no-room-yet',
    )
  })
})

describe('the host where an evicted instance rests', () => {
  const rests = (given: Given) => single(planned([anEviction()], [resting('batch-1')], given))

  it.each([
    ['down', 'is down'],
    ['disabled', 'is closed'],
    ['maintenance', 'is in maintenance'],
    ['asleep', 'sleeps'],
    ['unknown', 'is in an unknown state'],
  ] as const)('that is %s is waited for, whatever room there is elsewhere', (state, words) =>
    expect(rests({ hosts: [{ ...h1, state }, h2] })).toMatchObject({
      kind: 'wait',
      verdict: {
        code: 'host-awaited',
        sentence: `h1, where batch-1 rests, ${words}; it comes back when that host takes instances again.`,
        facts: { host: 'test:h1', state },
      },
    }),
  )

  it('that is missing from the reading is waited for, and it comes back with the host', () => {
    expect(rests({ hosts: [h2] })).toMatchObject({
      kind: 'wait',
      verdict: {
        code: 'host-awaited',
        sentence:
          'test:h1, where batch-1 rests, is not in the reading; it comes back when that host takes instances again.',
      },
    })
    expect(rests({ hosts: [h1, h2] })).toMatchObject({ kind: 'wake', candidate: { hostId: 'test:h1' } })
  })

  const absent = (eviction: Eviction, nowMs = testStartMs) =>
    told(planReturns([eviction], aRoomWorld(aSnapshot({ hosts: [h2], instances: [] }), nowMs, { preemption })))

  it('that is missing together with the instance loses nobody for a week', () => {
    expect(absent(anEviction())).toEqual(['batch-1 waits host-awaited'])
    const since = anEviction({
      verdict: { code: 'host-awaited', sentence: 'It waits.', facts: {} },
      updatedAtMs: testStartMs - absentHostLifeMs,
    })
    expect(absent({ ...since, updatedAtMs: since.updatedAtMs + 1 })).toEqual(['batch-1 waits host-awaited'])
    expect(absent(since)).toEqual(['batch-1 stayed-away return-ended'])
  })

  it('does not matter to who rests on none, or came back as another', () => {
    expect(absent(anEviction({ action: 'shelve' }))).toEqual(['batch-1 stayed-away return-ended'])
    expect(absent(anEviction({ returnedAs: 'test:batch-1' as InstanceId }))).toEqual([
      'batch-1 stayed-away return-ended',
    ])
  })
})

describe('a return ends', () => {
  const older = { updatedAtMs: testStartMs - 1 }
  const same = { updatedAtMs: testStartMs }

  it('when it runs by a reading younger than what is known, and only then', () => {
    expect(single(planned([anEviction(older)], [instance('batch-1')]))).toMatchObject({
      kind: 'ended',
      state: 'returned',
      verdict: { code: 'came-back', sentence: 'batch-1 runs again.' },
    })
    expect(single(planned([anEviction(same)], [instance('batch-1')]))).not.toMatchObject({ kind: 'ended' })
  })

  it('when it is gone although it was not deleted', () => {
    expect(single(planned([anEviction(older)], []))).toMatchObject({
      state: 'stayed-away',
      verdict: { code: 'return-ended', sentence: 'batch-1 is no longer there.' },
    })
    expect(single(planned([anEviction(same)], []))).toMatchObject({ kind: 'wake', candidate: { hostId: undefined } })
  })

  it('when somebody acted on it', () => {
    expect(single(planned([anEviction(older)], [resting('batch-1', { state: 'suspended' })]))).toMatchObject({
      state: 'stayed-away',
      verdict: { code: 'return-ended', sentence: 'batch-1 is suspended by now: somebody acted on it.' },
    })
    expect(single(planned([anEviction(same)], [resting('batch-1', { state: 'suspended' })])).kind).toBe('wake')
  })

  it('when what was made anew runs, is gone, or is in error; while it starts it is waited for', () => {
    const anew = anEviction({ ...older, action: 'delete', state: 'returning', returnedAs: 'test:new' as InstanceId })
    const as = (state: Instance['state']) => told(planned([anew], [instance('new', { state })]))
    expect(as('running')).toEqual(['batch-1 returned came-back'])
    expect(as('starting')).toEqual(['batch-1 waits in-flight'])
    expect(told(planned([anew], []))).toEqual(['batch-1 stayed-away return-ended'])
    expect(single(planned([anew], [instance('new', { state: 'error' })]))).toMatchObject({
      verdict: { sentence: 'batch-1 is error by now: it was made anew as test:new.' },
    })
  })
})
