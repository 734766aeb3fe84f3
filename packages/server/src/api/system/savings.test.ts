import { type JournalEntry, type Hold, type Instance } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { plainInstance, plainJournalEntry } from '../../testing/plain-objects.ts'
import { savingsBy, savingsOf } from './savings.ts'

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
