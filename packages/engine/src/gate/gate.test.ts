// What the gate lets pass, and which steps need fewer of its checks.
import { cloudId, instanceId, type ProjectTerms } from '@gleaner/model'
import { aHold, aHost, anInstance, aSnapshot, testCloud, testStartMs } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import {
  advising,
  answer,
  fiveOthers,
  gateOf,
  inProject,
  journalAt,
  observing,
  off,
  optOut,
  otherHost,
  paused,
  ready,
  type Spoiled,
  tight,
  window,
} from '../testing/a-gate.ts'
import { enforcing, modesAll } from '../testing/a-world.ts'
import { fakeUsage } from '../testing/fake-usage.ts'
import { hasNotice } from './checks/grace-over.ts'
import { gateStep, inspectGate, passGate } from './gate.ts'

const nowMs = testStartMs

test('a step against which nothing stands passes every check', () => {
  expect(answer()).toEqual({
    passed: true,
    verdict: { code: 'passed', sentence: 'Nothing stands against suspend.', facts: {} },
  })
  const { world, step } = gateOf()
  expect(inspectGate(world, step).map(({ check, passed }) => [check, passed])).toEqual(
    [
      'mode',
      'cause',
      'snapshot',
      'coverage',
      'instance',
      'state',
      'protection',
      'hold',
      'opt-out',
      'project-limit',
      'observe',
      'kill-switch',
      'snapshot-age',
      'snapshot-gaps',
      'usage-age',
      'in-flight',
      'confirmation',
      'approval',
      'grace',
      'window',
      'rate',
      'host-share',
      'project-share',
    ].map((check) => [check, true]),
  )
})

describe('passes although', () => {
  const passes: readonly (readonly [string, Spoiled])[] = [
    ['a hold has ended', { facts: { holds: [aHold({ untilMs: nowMs })] } }],
    ['the window is just open', { facts: { policy: window('0 8 * * *') } }],
    ['somebody approved in mode advise', { facts: { policy: advising }, proposal: { approvedBy: 'bob' } }],
    ['the host’s share is all but used up', { facts: { journal: fiveOthers.slice(0, 4) } }],
    ['the shares are zero: the first always may', { facts: { policy: tight({ hostShare: 0, projectShare: 0 }) } }],
    [
      'much was done before the share window',
      { facts: { journal: fiveOthers.map((entry) => ({ ...entry, intendedAtMs: nowMs - 600_000 })) } },
    ],
    [
      'it has no samples because it is paused',
      { instance: { state: 'paused' }, facts: { usage: fakeUsage(new Map()) } },
    ],
    ['grace is over to the millisecond', { proposal: { noticeAtMs: nowMs - 600_000, dueAtMs: nowMs } }],
    ['it moved to another host', { instance: { hostId: otherHost.id }, reading: { hosts: [aHost(), otherHost] } }],
    [
      'the share of the host it has left is used up',
      {
        instance: { hostId: otherHost.id },
        reading: { hosts: [aHost(), otherHost] },
        facts: { policy: tight({ projectShare: 1 }), journal: fiveOthers },
      },
    ],
    [
      'it is on no host, and as many others on none were acted upon',
      {
        instance: { hostId: undefined, state: 'stopped' },
        proposal: { action: 'shelve' },
        facts: {
          policy: tight({ projectShare: 1, hostShare: 0 }),
          journal: fiveOthers.map((entry) => ({ ...entry, hostId: undefined })),
        },
      },
    ],
    ['the clocks differ by a minute', { proposal: { confirmedAtMs: nowMs + 60_000 } }],
    ['it was confirmed just recently enough', { proposal: { confirmedAtMs: nowMs - 300_000 } }],
    [
      'the notice is as old as it may be',
      { proposal: { noticeAtMs: nowMs - 86_400_000 - 600_000, dueAtMs: nowMs - 86_400_000 } },
    ],
    [
      'its owner is being told something at the moment',
      { facts: { journal: [journalAt('web-1', { state: 'intended', action: 'notify' })] } },
    ],
  ]
  test.each(passes)('%s', (_, spoiled) => {
    expect(answer(spoiled)).toMatchObject({ passed: true })
  })
})

describe('shorter lists', () => {
  const never = { confirmations: 0, noticeAtMs: undefined, dueAtMs: undefined, graceMs: 0 }
  const command = { claim: 'command', ruleId: undefined, ruleRevision: undefined, ...never } as const
  const resume = { action: 'resume' } as const
  const asleep = { instance: { state: 'suspended' } } as const

  test('a person’s resume passes everything but what makes it impossible', () => {
    const proposal = { ...command, ...resume }
    const facts = {
      policy: { ...paused, modes: modesAll('off') },
      holds: [aHold(), aHold({ kind: 'veto' })],
      usage: fakeUsage(new Map()),
      rules: [],
    }
    const instance = { state: 'suspended', protectedBy: 'lock' } as const
    expect(
      answer({ proposal, facts, instance, reading: { takenAtMs: 0, gaps: [{ scope: 'x', reason: 'y' }] } }),
    ).toMatchObject({ passed: true })
    expect(answer({ proposal, facts, instance: { state: 'running' } })).toMatchObject({ check: 'state' })
    expect(answer({ proposal, facts: { ...facts, snapshots: new Map() } })).toMatchObject({ check: 'snapshot' })
    const journal = [journalAt('web-1', { state: 'accepted' })]
    expect(answer({ proposal, instance, facts: { journal } })).toMatchObject({ check: 'in-flight' })
  })

  test('a person’s command that takes something needs no idleness, approval or window', () => {
    const policy = { ...advising, ...window('0 20 * * *'), modes: modesAll('advise') }
    const facts = {
      policy,
      usage: fakeUsage(new Map()),
      holds: [aHold({ kind: 'person-acted' }), aHold({ kind: 'veto' })],
    }
    const { world, step } = gateOf({ proposal: { ...command, noticeAtMs: nowMs }, facts })
    expect(passGate(world, step)).toMatchObject({ passed: true })
  })

  test.each([
    ['kill-switch', { facts: { policy: paused } }],
    ['snapshot-age', { reading: { takenAtMs: 0 } }],
    ['snapshot-gaps', { reading: { gaps: [{ scope: 'x', reason: 'y' }] } }],
    ['protection', { instance: { protectedBy: 'lock' } }],
    ['hold', { facts: { holds: [aHold()] } }],
    ['rate', { facts: { policy: tight({ actionsPerMinute: 0 }) } }],
    ['host-share', { facts: { journal: fiveOthers } }],
  ] as const)('but it still meets %s', (check, spoiled) => {
    expect(answer({ ...(spoiled as Spoiled), proposal: { ...command, noticeAtMs: nowMs } })).toMatchObject({ check })
  })

  test('a schedule resumes without confirmation, notice, usage or budget', () => {
    const policy = tight({ actionsPerMinute: 0 })
    const facts = { policy, usage: fakeUsage(new Map()), journal: fiveOthers }
    expect(answer({ ...asleep, proposal: { ...resume, ...never }, facts })).toMatchObject({ passed: true })
  })

  test.each([
    ['mode', { facts: { policy: off } }],
    ['observe', { facts: { policy: observing } }],
    ['approval', { facts: { policy: advising } }],
    ['kill-switch', { facts: { policy: paused } }],
    ['hold', { facts: { holds: [aHold({ kind: 'person-acted' })] } }],
    ['hold', { facts: { holds: [aHold()] } }],
    ['protection', { instance: { state: 'suspended', protectedBy: 'lock' } }],
    ['snapshot-age', { reading: { takenAtMs: 0 } }],
  ] as const)('but it still meets %s', (check, spoiled) => {
    expect(answer({ ...asleep, ...(spoiled as Spoiled), proposal: { ...resume, ...never } })).toMatchObject({ check })
  })

  test('a schedule does not wait for a cool-down', () => {
    expect(
      answer({ ...asleep, proposal: { ...resume, ...never }, facts: { journal: [journalAt('web-1')] } }),
    ).toMatchObject({ passed: true })
  })
})

test('a notice needs nothing of the cloud', () => {
  const proposal = { action: 'notify' } as const
  expect(answer({ proposal, facts: { supports: new Map() } })).toMatchObject({ passed: true })
})

describe('of several clouds', () => {
  const longer = cloudId(`${testCloud}-2`)
  const inLonger = anInstance({ cloudId: longer })
  const second = aSnapshot({
    cloudId: longer,
    takenAtMs: nowMs - 20_000,
    instances: [inLonger],
    hosts: [],
    projects: [],
  })

  test('an instance is looked for in its own, also where the name of one begins like another’s', () => {
    const { world } = gateOf({ reading: { instances: [anInstance()] } })
    const own = [...world.snapshots.values()]
    const other = freezeSnapshot(second, second)
    for (const order of [
      [...own, other],
      [other, ...own],
    ]) {
      const both = { ...world, snapshots: new Map(order.map((each) => [each.cloudId, each])) }
      expect(gateStep(both, ready).snapshot?.cloudId).toBe(testCloud)
      expect(gateStep(both, { ...ready, instanceId: inLonger.id }).snapshot?.cloudId).toBe(longer)
      expect(gateStep(both, { ...ready, instanceId: 'else:web-1' as never }).snapshot).toBeUndefined()
      // As long as the first cloud's name, but another one.
      expect(gateStep(both, { ...ready, instanceId: 'tent:web-1' as never }).snapshot).toBeUndefined()
    }
  })
})

test('a notice counts from five seconds before it on, for its grace period and a day', () => {
  const noticed = { ...ready, noticeAtMs: nowMs }
  const endMs = nowMs + ready.graceMs + 86_400_000
  expect([nowMs - 5001, nowMs - 5000, endMs, endMs + 1].map((atMs) => hasNotice(noticed, atMs))).toEqual([
    false,
    true,
    true,
    false,
  ])
  expect(hasNotice({ ...ready, noticeAtMs: undefined }, nowMs)).toBe(false)
})

test('what gives back takes nothing from the budgets', () => {
  const { world, step } = gateOf({ facts: { policy: tight({ actionsPerMinute: 1, hostShare: 0 }) } })
  world.book.grant({ ...step, action: 'resume', instanceId: instanceId(testCloud, 'other-1') })
  expect(passGate(world, step)).toMatchObject({ passed: true })
})

test('what the cycle has let pass counts as if it were done', () => {
  const { world, step } = gateOf({ facts: { policy: tight({ actionsPerMinute: 1 }) } })
  expect(passGate(world, step)).toMatchObject({ passed: true })
  world.book.grant({ ...step, instanceId: instanceId(testCloud, 'other-1') })
  expect(passGate(world, step)).toMatchObject({ check: 'rate' })
})

describe('the terms of a project', () => {
  test('an opt-out ends by itself: it counts before its end and not at it', () => {
    expect(answer(inProject({ optOut: optOut(nowMs + 1) }))).toMatchObject({
      verdict: {
        sentence: expect.stringMatching(
          /^The project .* has opted out of the rules until .*, as ada said \(exams\)\.$/,
        ),
      },
    })
    expect(answer(inProject({ optOut: optOut(nowMs) })).passed).toBe(true)
  })

  test('leave alone what a person commands and what others need', () => {
    const terms = inProject({ optOut: optOut(undefined), limits: { strongest: 'notify', mode: 'observe' } })
    expect(answer({ ...terms, proposal: { claim: 'command', ruleId: undefined } }).passed).toBe(true)
    const needed = { claim: 'firm-instance', capability: 'preemption', ruleId: undefined } as const
    expect(answer({ ...terms, proposal: needed }).passed).toBe(true)
  })

  test('of another project concern nobody here', () => {
    const projectId = 'lab:others' as ProjectTerms['projectId']
    const projects = new Map([[projectId, { projectId, optOut: optOut(undefined), limits: {} }]])
    expect(answer({ facts: { policy: { ...enforcing, projects } } }).passed).toBe(true)
  })
})
