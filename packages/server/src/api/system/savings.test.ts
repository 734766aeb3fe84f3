import { type Hold, type HostId, type Instance, type JournalEntry, type TenantHour, hostId } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { lab, plainInstance, plainJournalEntry } from '../../testing/plain-objects.ts'
import { hourKey } from './saved-energy.ts'
import { hoursBefore, savingsBy, savingsOf } from './savings.ts'

const hourMs = 3_600_000
const nowMs = 1_000_000 * hourMs
const vm = plainInstance('vm', { state: 'suspended', stateSinceMs: undefined, memoryMiB: 1024 })

function entry(endedHoursAgo: number, overrides: Partial<JournalEntry> = {}): JournalEntry {
  const atMs = nowMs - endedHoursAgo * hourMs
  return {
    ...plainJournalEntry(`act_${endedHoursAgo}_${overrides.action ?? ''}`, vm, nowMs),
    intendedAtMs: atMs - 1000,
    acceptedAtMs: atMs,
    finishedAtMs: atMs,
    ...overrides,
  }
}

function memoryHours(journal: JournalEntry[], parts: { instance?: Instance | null; holds?: Hold[] } = {}) {
  const instance = parts.instance === undefined ? vm : parts.instance
  const savings = savingsOf({
    journal,
    instanceById: new Map(instance === null ? [] : [[vm.id, instance]]),
    holds: parts.holds ?? [],
    fromMs: nowMs - 24 * hourMs,
    toMs: nowMs,
  })
  return { hours: savings.hours.physicalMemoryMiB / 1024, now: savings.now.instances, done: savings.actionsDone }
}

describe('what was given back', () => {
  it('counts from the end of the action to now, within the span', () => {
    expect(memoryHours([entry(3)])).toEqual({ hours: 3, now: 1, done: 1 })
    expect(memoryHours([entry(100)])).toEqual({ hours: 24, now: 1, done: 0 })
    expect(memoryHours([])).toEqual({ hours: 0, now: 0, done: 0 })
  })
  it('counts nothing for what failed, is under way, or only told somebody', () => {
    for (const bad of [
      entry(3, { state: 'failed' }),
      entry(3, { state: 'timed-out' }),
      entry(3, { state: 'accepted', finishedAtMs: undefined }),
      entry(3, { action: 'notify' }),
      entry(3, { action: 'resume' }),
    ])
      expect(memoryHours([bad])).toEqual({ hours: 0, now: 0, done: 0 })
  })
  it('ends with the resume, whoever asked for it', () => {
    const running = { ...vm, state: 'running' as const, stateSinceMs: nowMs - hourMs }
    expect(memoryHours([entry(5), entry(1, { action: 'resume' })], { instance: running })).toMatchObject({
      hours: 4,
      now: 0,
    })
    expect(memoryHours([entry(5)], { instance: running }).hours).toBe(4)
  })
  it('ends early where the end is not known', () => {
    expect(memoryHours([entry(5)], { instance: { ...vm, state: 'running' } })).toMatchObject({ hours: 0, now: 0 })
    const hold: Hold = {
      id: 'h',
      instanceId: vm.id,
      hostId: undefined,
      kind: 'person-acted',
      untilMs: nowMs,
      by: 'x',
      reason: '',
      createdAtMs: nowMs - 2 * hourMs,
    }
    expect(memoryHours([entry(5)], { holds: [hold] }).hours).toBe(3)
  })
  it('counts nothing for an instance that is gone, nobody knows since when', () => {
    expect(memoryHours([entry(5)], { instance: null })).toEqual({ hours: 0, now: 0, done: 1 })
  })
  it('counts each of several spans once', () => {
    const journal = [entry(20), entry(16, { action: 'resume' }), entry(10), entry(7, { action: 'resume' }), entry(2)]
    expect(memoryHours(journal)).toEqual({ hours: 4 + 3 + 2, now: 1, done: 3 })
  })
})

describe('who gave it back', () => {
  const other = plainInstance('other', { state: 'suspended', memoryMiB: 2048 })
  const byPerson = (hoursAgo: number): Hold => ({
    id: `h${hoursAgo}`,
    instanceId: vm.id,
    hostId: undefined,
    kind: 'person-acted',
    untilMs: nowMs,
    by: 'x',
    reason: '',
    createdAtMs: nowMs - hoursAgo * hourMs,
  })
  const report = (journal: JournalEntry[], holds: Hold[] = []) =>
    savingsBy(
      {
        journal,
        instanceById: new Map([vm, other].map((instance) => [instance.id, instance])),
        holds,
        fromMs: nowMs - 24 * hourMs,
        toMs: nowMs,
      },
      ({ cause }) => cause,
    )

  it('is told by its cause, the largest gain first; together it is the whole', () => {
    const of = (hoursAgo: number, cause: string, instance = vm) =>
      entry(hoursAgo, {
        cause,
        instanceId: instance.id,
        gives: { ...plainJournalEntry('a', instance, nowMs).gives },
      })
    const journal = [
      of(3, 'night'),
      of(2, 'idle', other),
      of(20, 'idle'),
      entry(10, { action: 'resume', cause: 'person' }),
    ]
    expect(report(journal).map(({ key, actionsDone, hours }) => [key, actionsDone, hours.physicalMemoryMiB])).toEqual([
      // 10 h of 1024 MiB until the resume, 2 h of 2048 MiB.
      ['idle', 2, 14 * 1024],
      ['night', 1, 3 * 1024],
    ])
  })

  it('leaves out causes that gave nothing in the span', () => {
    expect(
      report([entry(100, { cause: 'old' }), entry(50, { action: 'resume' }), entry(3, { cause: 'new' })]).map(
        ({ key }) => key,
      ),
    ).toEqual(['new'])
  })

  it('counts what a person undid, and not what Gleaner itself brought back before', () => {
    expect(report([entry(5)], [byPerson(4)])[0]).toMatchObject({ actionsDone: 1, undone: 1 })
    expect(report([entry(5), entry(3, { action: 'resume' })], [byPerson(2)])[0]).toMatchObject({ undone: 0 })
    expect(report([entry(5)], [byPerson(6)])[0]).toMatchObject({ undone: 0 })
    // Undone later than the span it was done in.
    expect(report([entry(30)], [byPerson(4)])[0]).toMatchObject({ actionsDone: 0, undone: 0 })
  })
})

describe('the energy that was saved', () => {
  /** The work of the instance drew 20 W in the hour before the action of so many hours ago. */
  const metered = (hoursAgo: number, more: Partial<TenantHour> = {}): TenantHour => ({
    instanceId: vm.id,
    hostId: vm.hostId as HostId,
    atMs: nowMs - (hoursAgo + 1) * hourMs,
    dynamicJ: 20 * 3600,
    measuredMs: hourMs,
    ...more,
  })
  const inputOf = (journal: JournalEntry[], hours: TenantHour[] = []) => ({
    journal,
    instanceById: new Map([[vm.id, vm]]),
    holds: [],
    fromMs: nowMs - 24 * hourMs,
    toMs: nowMs,
    hours: new Map(hours.map((hour) => [hourKey(hour), hour])),
  })
  /** In Wh, which the power of 20 W makes plain. */
  const energyOf = (journal: JournalEntry[], hours: TenantHour[]) => {
    const { savedJ, knownOf, unknownOf } = savingsOf(inputOf(journal, hours)).energy
    return [savedJ / 3600, knownOf, unknownOf]
  }
  // A second after the full hour, so that the hour that passed before it is told apart from the one under way.
  const away = (hoursAgo: number, more: Partial<JournalEntry> = {}) =>
    entry(hoursAgo, { intendedAtMs: nowMs - hoursAgo * hourMs + 1000, ...more })

  it.each(['pause', 'suspend', 'stop', 'shelve'] as const)('after %s is what its work drew before', (action) => {
    const state = { pause: 'paused', suspend: 'suspended', stop: 'stopped', shelve: 'shelved' } as const
    const instance = { ...vm, state: state[action] }
    const input = { ...inputOf([away(3, { action })], [metered(3)]), instanceById: new Map([[vm.id, instance]]) }
    expect(savingsOf(input).energy).toEqual({ savedJ: 3 * 20 * 3600, knownOf: 1, unknownOf: 0 })
  })

  it('is not known where the hour before was not metered, and never 0 then', () => {
    expect(energyOf([away(3)], [])).toEqual([0, 0, 1])
    expect(energyOf([away(3)], [metered(2), metered(4)])).toEqual([0, 0, 1])
    expect(energyOf([away(3)], [metered(3, { hostId: hostId(lab, 'hv-9') })])).toEqual([0, 0, 1])
    expect(energyOf([away(3)], [metered(3, { measuredMs: hourMs / 4 })])).toEqual([0, 0, 1])
    expect(energyOf([away(3, { hostId: undefined })], [metered(3)])).toEqual([0, 0, 1])
    expect(energyOf([away(3)], [metered(3, { dynamicJ: 0 })])).toEqual([0, 1, 0])
  })

  it('counts within the span only, and tells known and unknown actions apart', () => {
    expect(energyOf([away(100)], [metered(100)])).toEqual([24 * 20, 1, 0])
    const journal = [away(20), away(16, { action: 'resume' }), away(10)]
    expect(energyOf(journal, [metered(20)])).toEqual([4 * 20, 1, 1])
    expect(energyOf([away(3, { state: 'failed' }), away(2, { action: 'notify' })], [metered(3)])).toEqual([0, 0, 0])
  })

  it('goes on by the hour before the first of several steps', () => {
    const journal = [away(9, { action: 'pause' }), away(5, { stateBefore: 'paused' })]
    const instance = { ...vm, stateSinceMs: nowMs - 5 * hourMs }
    const hours = [metered(9), metered(5, { dynamicJ: 0 })]
    const input = { ...inputOf(journal, hours), instanceById: new Map([[vm.id, instance]]) }
    expect(savingsOf(input).energy).toEqual({ savedJ: 9 * 20 * 3600, knownOf: 2, unknownOf: 0 })
    expect(hoursBefore(input)).toHaveLength(1)
  })

  it('is nothing of an instance that did not run when Gleaner came to it', () => {
    expect(energyOf([away(5, { stateBefore: 'stopped' })], [metered(5)])).toEqual([0, 0, 0])
    // A person resumed and paused it since it was left suspended.
    expect(energyOf([away(9), away(5, { stateBefore: 'paused' })], [metered(9)])).toEqual([4 * 20, 1, 0])
    const resumed = [
      away(9),
      away(7, { action: 'resume', stateBefore: 'suspended' }),
      away(5, { stateBefore: 'paused' }),
    ]
    expect(energyOf(resumed, [metered(9), metered(5)])).toEqual([2 * 20, 1, 0])
    expect(hoursBefore(inputOf([away(5, { stateBefore: 'stopped' })]))).toEqual([])
  })

  it('asks for the last hour that had passed before the action', () => {
    expect(hoursBefore(inputOf([away(3), away(100, { action: 'resume' })]))).toEqual([
      { instanceId: vm.id, hostId: vm.hostId, atMs: nowMs - 4 * hourMs },
    ])
  })

  it('is told of each rule, and adds up', () => {
    const journal = [away(20, { cause: 'night' }), away(16, { action: 'resume' }), away(10, { cause: 'idle' })]
    const groups = savingsBy(inputOf(journal, [metered(20), metered(10)]), ({ cause }) => cause)
    expect(groups.map(({ key, energy }) => [key, energy.savedJ / 3600])).toEqual([
      ['idle', 200],
      ['night', 80],
    ])
  })
})
