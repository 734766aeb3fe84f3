import {
  type InstanceState,
  type JournalEntry,
  type JournalState,
  actionKinds,
  instanceStates,
  memoryToleranceMiB,
  noYield,
  startStates,
} from '@gleaner/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Sighting, judgeAction, mostAttempts } from './judge-action.ts'

function entry(change: Partial<JournalEntry> = {}): JournalEntry {
  return {
    id: 'a',
    idempotencyKey: 'k',
    proposalId: 'p',
    capability: 'idleness',
    action: 'suspend',
    setting: undefined,
    cloudId: 'c' as never,
    instanceId: 'c:i' as never,
    targetName: 'web-1',
    projectId: 'c:p' as never,
    hostId: undefined,
    cause: 'rule',
    reason: { code: 'rule-matched', sentence: '', facts: {} },
    state: 'accepted',
    stateBefore: 'running',
    intendedAtMs: 0,
    acceptedAtMs: 10,
    finishedAtMs: undefined,
    attempts: 1,
    deadlineMs: 300_000,
    outcome: undefined,
    gives: noYield,
    term: 1,
    ...change,
  }
}

function sighting(state: InstanceState | undefined, change: Partial<Sighting> = {}): Sighting {
  return {
    instance: state === undefined ? undefined : { state, hostId: 'c:h1' as never },
    fault: undefined,
    seenMoving: false,
    nowMs: 1000,
    ...change,
  }
}

describe('an accepted action', () => {
  it('is done when and only when the target state is seen', () => {
    expect(judgeAction(entry(), sighting('suspended'))).toEqual({ kind: 'done', outcome: 'the instance is suspended' })
    expect(judgeAction(entry(), sighting('suspending'))).toEqual({ kind: 'wait', moving: true })
    expect(judgeAction(entry(), sighting('running'))).toEqual({ kind: 'wait', moving: false })
  })

  it('has failed when the instance fell back after it was seen moving', () => {
    expect(judgeAction(entry(), sighting('running', { seenMoving: true }))).toEqual({
      kind: 'failed',
      outcome: 'the instance fell back to running without a reason given',
    })
  })

  it('has failed when the cloud says why', () => {
    expect(judgeAction(entry(), sighting('running', { fault: 'no space left' }))).toMatchObject({
      kind: 'failed',
      outcome: 'the instance is running: no space left',
    })
    expect(judgeAction(entry(), sighting('error', { fault: 'qemu died' }))).toMatchObject({
      kind: 'failed',
      outcome: 'the cloud reports an error: qemu died',
    })
  })

  it('has failed when the instance is gone', () => {
    expect(judgeAction(entry(), sighting(undefined))).toEqual({
      kind: 'failed',
      outcome: 'the instance is no longer there',
    })
  })

  it('has failed without a word when the cloud reports an error and says nothing', () => {
    expect(judgeAction(entry(), sighting('error'))).toEqual({
      kind: 'failed',
      outcome: 'the cloud reports an error',
    })
  })

  it('times out at the deadline, moving or not', () => {
    for (const state of ['running', 'suspending'] as const) {
      const late = judgeAction(entry({ intendedAtMs: 60_000 }), sighting(state, { nowMs: 300_000 }))
      expect(late).toEqual({ kind: 'timed-out', outcome: `the instance is still ${state} after 4m` })
      expect(judgeAction(entry(), sighting(state, { nowMs: 299_999 }))).toMatchObject({ kind: 'wait' })
    }
  })
})

describe('an action that was written but perhaps not called', () => {
  const intended = { state: 'intended', acceptedAtMs: undefined } as const

  it('was called when the cloud shows it', () => {
    expect(judgeAction(entry(intended), sighting('suspending'))).toEqual({ kind: 'accepted' })
    expect(judgeAction(entry(intended), sighting('suspended'))).toMatchObject({ kind: 'done' })
  })

  it('is called again while the old state stands, at most a few times', () => {
    expect(judgeAction(entry(intended), sighting('running'))).toEqual({ kind: 'call' })
    expect(judgeAction(entry({ ...intended, attempts: mostAttempts }), sighting('running'))).toEqual({
      kind: 'failed',
      outcome: 'the call got no answer 3 times',
    })
  })

  it('is given up when the instance went elsewhere', () => {
    expect(judgeAction(entry(intended), sighting('stopped'))).toEqual({
      kind: 'failed',
      outcome: 'not called: the instance is stopped by now',
    })
  })

  it('is not called any more from the deadline on', () => {
    expect(judgeAction(entry(intended), sighting('running', { nowMs: 299_999 }))).toEqual({ kind: 'call' })
    expect(judgeAction(entry(intended), sighting('running', { nowMs: 300_000 }))).toEqual({
      kind: 'timed-out',
      outcome: 'the cloud did not take the call in time',
    })
  })
})

describe('an action that leads to no other state', () => {
  it('is called when it was not, and done once it was taken, whatever the state', () => {
    for (const state of ['running', 'suspended', 'error'] as const) {
      const notify = { action: 'notify' } as const
      expect(judgeAction(entry({ ...notify, state: 'intended' }), sighting(state))).toEqual({ kind: 'call' })
      expect(judgeAction(entry(notify), sighting(state, { nowMs: 900_000 }))).toEqual({
        kind: 'done',
        outcome: 'carried out',
      })
    }
  })
})

describe('an action that ends the instance', () => {
  const deletion = { action: 'delete' } as const

  it('is done when the instance is gone, also when nobody knows whether the call got through', () => {
    const gone = { kind: 'done', outcome: 'the instance is no longer there' }
    expect(judgeAction(entry(deletion), sighting(undefined))).toEqual(gone)
    expect(judgeAction(entry({ ...deletion, state: 'intended' }), sighting(undefined))).toEqual(gone)
  })

  it('is not done while the instance is still there, and timed out at the deadline', () => {
    expect(judgeAction(entry(deletion), sighting('deleting'))).toEqual({ kind: 'wait', moving: true })
    expect(judgeAction(entry(deletion), sighting('running'))).toEqual({ kind: 'wait', moving: false })
    expect(judgeAction(entry(deletion), sighting('running', { nowMs: 900_000 }))).toMatchObject({ kind: 'timed-out' })
  })

  it('may begin with an instance in error, and fails when the instance falls back', () => {
    expect(judgeAction(entry({ ...deletion, state: 'intended' }), sighting('error'))).toEqual({ kind: 'call' })
    expect(judgeAction(entry(deletion), sighting('running', { seenMoving: true }))).toMatchObject({ kind: 'failed' })
  })
})

describe('for every entry and sighting', () => {
  const anything = fc.record({
    action: fc.constantFrom(...actionKinds),
    journalState: fc.constantFrom<JournalState>('intended', 'accepted'),
    attempts: fc.integer({ min: 0, max: 5 }),
    state: fc.option(fc.constantFrom(...instanceStates), { nil: undefined }),
    fault: fc.option(fc.constant('fault'), { nil: undefined }),
    seenMoving: fc.boolean(),
    nowMs: fc.integer({ min: -1000, max: 1_000_000 }),
  })

  it('never calls unless the action can begin there, and never calls an accepted one again', () => {
    fc.assert(
      fc.property(anything, (it) => {
        const judgement = judgeAction(
          entry({ action: it.action, state: it.journalState, attempts: it.attempts }),
          sighting(it.state, it),
        )
        if (judgement.kind !== 'call') return
        expect(it.journalState).toBe('intended')
        if (it.action !== 'notify' && it.action !== 'balloon') {
          expect(startStates[it.action]).toContain(it.state)
          expect(it.attempts).toBeLessThan(mostAttempts)
        }
      }),
    )
  })

  it('ends at the latest at the deadline', () => {
    fc.assert(
      fc.property(anything, (it) => {
        const judgement = judgeAction(
          entry({ action: it.action, state: it.journalState, attempts: it.attempts, deadlineMs: it.nowMs }),
          sighting(it.state, it),
        )
        expect(judgement.kind).not.toBe('wait')
      }),
    )
  })
})

it('never judges a step on a host as one on an instance', () => {
  const seen: Sighting = { instance: undefined, fault: undefined, seenMoving: false, nowMs: 1000 }
  expect(judgeAction(entry({ action: 'raise-ratio' }), seen)).toEqual({
    kind: 'failed',
    outcome: 'not a step on an instance',
  })
})

describe('a move to another host', () => {
  const move = (change: Partial<JournalEntry> = {}) =>
    entry({ action: 'migrate', setting: { toHostId: 'c:h2' as never }, hostId: 'c:h1' as never, ...change })
  const at = (host: string, state: InstanceState, change: Partial<Sighting> = {}) =>
    sighting(state, { instance: { state, hostId: host as never }, ...change })

  it('is done when and only when the instance is on that host and has arrived', () => {
    expect(judgeAction(move(), at('c:h2', 'running'))).toEqual({
      kind: 'done',
      outcome: 'the instance runs on the other host',
    })
    expect(judgeAction(move(), at('c:h1', 'running'))).toEqual({ kind: 'wait', moving: false })
    expect(judgeAction(move(), at('c:h3', 'running'))).toEqual({ kind: 'wait', moving: false })
    expect(judgeAction(move(), at('c:h2', 'migrating'))).toEqual({ kind: 'wait', moving: true })
  })

  it('has failed when it is in error, also on that host', () => {
    expect(judgeAction(move(), at('c:h2', 'error', { fault: 'qemu died' }))).toEqual({
      kind: 'failed',
      outcome: 'the cloud reports an error: qemu died',
    })
    expect(judgeAction(move({ state: 'intended' }), at('c:h2', 'error'))).toEqual({
      kind: 'failed',
      outcome: 'not called: the instance is error by now',
    })
  })

  it('tells the state of one that arrived and does not run', () => {
    for (const state of ['paused', 'stopped'] as const)
      expect(judgeAction(move(), at('c:h2', state))).toEqual({
        kind: 'done',
        outcome: `the instance is ${state} on the other host`,
      })
    // Without a word of where to, nobody has arrived.
    expect(judgeAction(move({ setting: undefined }), at('c:h2', 'running')).kind).toBe('wait')
  })

  it('has failed when it was seen moving and is back, or the cloud says why, and is given up in the end', () => {
    expect(judgeAction(move(), at('c:h1', 'running', { seenMoving: true })).kind).toBe('failed')
    expect(judgeAction(move(), at('c:h1', 'running', { fault: 'no route' })).kind).toBe('failed')
    expect(judgeAction(move(), at('c:h1', 'running', { nowMs: 300_000 })).kind).toBe('timed-out')
  })

  it('is not called again after a crash when the cloud had taken the call', () => {
    const intended = move({ state: 'intended' })
    expect(judgeAction(intended, at('c:h1', 'migrating'))).toEqual({ kind: 'accepted' })
    expect(judgeAction(intended, at('c:h2', 'running')).kind).toBe('done')
    expect(judgeAction(intended, at('c:h1', 'running'))).toEqual({ kind: 'call' })
    expect(judgeAction(intended, at('c:h1', 'stopped')).kind).toBe('failed')
  })
})

describe('a step on the memory of a guest', () => {
  const lend = (change: Partial<JournalEntry> = {}) =>
    entry({ action: 'balloon', setting: { memoryMiB: 2048 }, ...change })
  const giveBack = (change: Partial<JournalEntry> = {}) => entry({ action: 'return-memory', ...change })
  const has = (leftMiB: number, change: Partial<Sighting> = {}) =>
    sighting('running', { memory: { ...quietGuest, leftMiB }, ...change })
  const quietGuest = {
    promisedMiB: 4096,
    usableMiB: Number.NaN,
    swappedMiB: Number.NaN,
    saidAtMs: Number.NaN,
    residentMiB: Number.NaN,
  }
  const late = { nowMs: 300_000 }

  it('is done when and only when the guest is seen with what it was asked for, within the tolerance', () => {
    expect(judgeAction(lend(), has(2048))).toEqual({ kind: 'done', outcome: 'it has 2048 of 4096 MiB' })
    expect(judgeAction(lend(), has(2048.4 + memoryToleranceMiB))).toEqual({ kind: 'wait', moving: false })
    expect(judgeAction(lend(), has(2048 + memoryToleranceMiB)).kind).toBe('done')
    expect(judgeAction(giveBack(), has(4096 - memoryToleranceMiB)).kind).toBe('done')
    expect(judgeAction(giveBack(), has(4095 - memoryToleranceMiB))).toEqual({ kind: 'wait', moving: false })
    // Without a word of how much, nothing is enough.
    expect(judgeAction(lend({ setting: undefined }), has(0)).kind).toBe('wait')
  })

  it('times out at the deadline with what the guest has by then, rounded', () => {
    expect(judgeAction(lend(), has(3000, { nowMs: 299_999 })).kind).toBe('wait')
    expect(judgeAction(lend({ intendedAtMs: 60_000 }), has(3000.4, late))).toEqual({
      kind: 'timed-out',
      outcome: 'it has 3000 of 4096 MiB after 4m',
    })
    expect(judgeAction(giveBack(), has(3000, late))).toMatchObject({ kind: 'timed-out' })
  })

  it('is called while it was not, unless the guest has what it should by now', () => {
    for (const step of [lend, giveBack]) {
      expect(judgeAction(step({ state: 'intended' }), has(3000))).toEqual({ kind: 'call' })
      expect(judgeAction(step({ state: 'intended' }), has(3000, late)).kind).toBe('timed-out')
    }
    expect(judgeAction(lend({ state: 'intended' }), has(2048)).kind).toBe('done')
  })

  it('shows nothing while the guest tells nothing: a call that was taken is no proof', () => {
    for (const step of [lend, giveBack]) {
      expect(judgeAction(step(), sighting('running')).kind).not.toBe('done')
      expect(judgeAction(step(), sighting('running', late)).kind).toBe('timed-out')
    }
  })

  it('that gives memory back is done where the instance is gone or starts with all of it, one that takes is not', () => {
    for (const state of ['stopped', 'shelved'] as const) {
      expect(judgeAction(giveBack(), sighting(state))).toEqual({
        kind: 'done',
        outcome: `the instance is ${state}: it has all of its memory when it starts again`,
      })
      expect(judgeAction(lend(), sighting(state)).kind).not.toBe('done')
    }
    const gone = 'the instance is no longer there'
    expect(judgeAction(giveBack(), sighting(undefined))).toEqual({ kind: 'done', outcome: gone })
    expect(judgeAction(lend(), sighting(undefined))).toEqual({ kind: 'failed', outcome: gone })
  })
})
