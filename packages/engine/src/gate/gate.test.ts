import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  cloudId,
  type Instance,
  instanceId,
  type ProjectOptOut,
  type ProjectTerms,
  type Proposal,
} from '@gleaner/model'
import {
  aHold,
  aHost,
  aJournalEntry,
  anInstance,
  aProject,
  aProposal,
  aRule,
  aSnapshot,
  testCloud,
  testStartMs,
} from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import { enforcing, factsOf, modesAll } from '../testing/a-world.ts'
import { fakeUsage } from '../testing/fake-usage.ts'
import { hasNotice } from './checks/grace-over.ts'
import { gateStep, inspectGate, passGate } from './gate.ts'
import { type GateFacts, openGateWorld } from './gate-world.ts'

const nowMs = testStartMs
const rules = [aRule()]

/** Confirmed, announced, grace over: it passes. */
const ready = aProposal({
  state: 'due',
  confirmations: 2,
  confirmedVersion: 7,
  confirmedAtMs: nowMs - 10_000,
  noticeAtMs: nowMs - 700_000,
  dueAtMs: nowMs - 100_000,
})

interface Spoiled {
  readonly facts?: Partial<GateFacts>
  readonly instance?: Partial<Instance>
  readonly proposal?: Partial<Proposal>
  readonly reading?: Partial<Parameters<typeof aSnapshot>[0]>
}

function gateOf({ facts, instance, proposal, reading }: Spoiled = {}) {
  const others = Array.from({ length: 9 }, (_, nth) => anInstance({ name: `other-${nth}` }))
  const taken = aSnapshot({
    version: 7,
    takenAtMs: nowMs - 20_000,
    instances: [anInstance(instance), ...others],
    ...reading,
  })
  const world = openGateWorld(factsOf({ reading: taken, rules, nowMs }, facts))
  return { world, step: { ...ready, ...proposal } }
}

function answer(spoiled: Spoiled = {}) {
  const { world, step } = gateOf(spoiled)
  return passGate(world, step)
}

const journalAt = (name: string, overrides: Parameters<typeof aJournalEntry>[0] = {}) =>
  aJournalEntry({
    id: `action_${name}`,
    instanceId: instanceId(testCloud, name),
    state: 'done',
    intendedAtMs: nowMs - 50_000,
    acceptedAtMs: nowMs - 49_000,
    finishedAtMs: nowMs - 48_000,
    ...overrides,
  })

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

const off = { ...enforcing, modes: modesAll('off') }
const observing = { ...enforcing, modes: modesAll('observe') }
const advising = { ...enforcing, modes: modesAll('advise') }
const paused = { ...enforcing, killSwitch: { by: 'root', sinceMs: nowMs - 1, reason: 'audit' } }
const tight = (budgets: Partial<typeof enforcing.budgets>) => ({
  ...enforcing,
  budgets: { ...enforcing.budgets, ...budgets },
})
const window = (cron: string) => ({
  ...enforcing,
  maintenanceWindows: [{ cron, durationMs: 3_600_000, timeZone: 'UTC' }],
})
const staleUsage = (lastAtMs: number) => fakeUsage(new Map([[ready.instanceId as string, { lastAtMs, cpu: 0 }]]))
const otherHost = aHost({ name: 'hv-2' })
const inProject = (terms: Partial<ProjectTerms>): Spoiled => {
  const { id: projectId } = aProject()
  return {
    facts: {
      policy: {
        ...enforcing,
        projects: new Map([[projectId, { projectId, optOut: undefined, limits: {}, ...terms }]]),
      },
    },
  }
}
const optOut = (untilMs: number | undefined): ProjectOptOut => ({
  sinceMs: nowMs - 1,
  untilMs,
  reason: 'exams',
  by: 'ada',
  role: 'member',
})
const fiveOthers = [0, 1, 2, 3, 4].map((nth) => journalAt(`other-${nth}`))

const refusals: readonly (readonly [string, string, string, Spoiled])[] = [
  ['the capability is off', 'mode', 'mode-off', { facts: { policy: off } }],
  ['the rule is off', 'mode', 'mode-off', { proposal: { mode: 'off' } }],
  ['the mode is missing', 'mode', 'mode-off', { facts: { policy: { ...enforcing, modes: {} as never } } }],
  ['the rule is gone', 'cause', 'rule-disabled', { facts: { rules: [] } }],
  ['the rule is disabled', 'cause', 'rule-disabled', { facts: { rules: [aRule({ enabled: false })] } }],
  ['the rule was changed', 'cause', 'no-longer-matches', { facts: { rules: [aRule({ revision: 2 })] } }],
  ['the cloud was never read', 'snapshot', 'snapshot-missing', { facts: { snapshots: new Map() } }],
  ['the instance is gone', 'instance', 'instance-gone', { reading: { instances: [] } }],
  [
    'the instance is missing from a partial reading',
    'coverage',
    'snapshot-partial',
    { reading: { instances: [], gaps: [{ scope: 'hv-1', reason: 'timed out' }] } },
  ],
  ['it is there already', 'state', 'already-there', { instance: { state: 'suspended' } }],
  ['its state does not allow it', 'state', 'state-not-suitable', { instance: { state: 'stopped' } }],
  ['the cloud cannot do it', 'state', 'action-unsupported', { facts: { supports: new Map() } }],
  ['the cloud protects it', 'protection', 'protected', { instance: { protectedBy: 'lock' } }],
  ['a tag protects it', 'protection', 'protected', { instance: { tags: ['x', 'gleaner-protected'] } }],
  ['its owner keeps it', 'hold', 'kept', { facts: { holds: [aHold()] } }],
  ['a tag of its owner keeps it', 'hold', 'kept', { instance: { tags: ['gleaner-keep-until=2999-12-31'] } }],
  ['a person acted on it', 'hold', 'person-acted', { facts: { holds: [aHold({ kind: 'person-acted' })] } }],
  ['a person refused', 'hold', 'vetoed', { facts: { holds: [aHold({ kind: 'veto' })] } }],
  [
    'Gleaner acted on it lately',
    'hold',
    'cool-down',
    { facts: { journal: [journalAt('web-1', { action: 'resume' })] } },
  ],
  ['the project has opted out', 'opt-out', 'project-opted-out', inProject({ optOut: optOut(nowMs + 1) })],
  ['the project is out without end', 'opt-out', 'project-opted-out', inProject({ optOut: optOut(undefined) })],
  ['the end is no number', 'opt-out', 'project-opted-out', inProject({ optOut: optOut(Number.NaN) })],
  [
    'the project wants nothing so severe',
    'project-limit',
    'project-limit',
    inProject({ limits: { strongest: 'pause' } }),
  ],
  ['the project only observes', 'observe', 'mode-observe', inProject({ limits: { mode: 'observe' } })],
  ['the project wants approval', 'approval', 'awaiting-approval', inProject({ limits: { mode: 'advise' } })],
  ['the project wants a longer grace', 'grace', 'in-grace', inProject({ limits: { graceMs: 3_600_000 } })],
  ['the capability observes', 'observe', 'mode-observe', { facts: { policy: observing } }],
  ['the rule observes', 'observe', 'mode-observe', { proposal: { mode: 'observe' } }],
  ['everything is paused', 'kill-switch', 'kill-switch', { facts: { policy: paused } }],
  ['the reading is old', 'snapshot-age', 'snapshot-stale', { reading: { takenAtMs: nowMs - 180_001 } }],
  ['the reading is of the future', 'snapshot-age', 'snapshot-stale', { reading: { takenAtMs: nowMs + 60_000 } }],
  [
    'the reading has a gap',
    'snapshot-gaps',
    'snapshot-partial',
    { reading: { gaps: [{ scope: 'hv-9', reason: 'timed out' }] } },
  ],
  ['there is no usage', 'usage-age', 'telemetry-stale', { facts: { usage: fakeUsage(new Map()) } }],
  ['the usage is old', 'usage-age', 'telemetry-stale', { facts: { usage: staleUsage(nowMs - 300_001) } }],
  ['the usage is of the future', 'usage-age', 'telemetry-stale', { facts: { usage: staleUsage(nowMs + 61_000) } }],
  [
    'another action is under way',
    'in-flight',
    'in-flight',
    { facts: { journal: [journalAt('web-1', { state: 'accepted', action: 'resume', finishedAtMs: undefined })] } },
  ],
  ['it is moving', 'in-flight', 'in-flight', { instance: { state: 'migrating' } }],
  ['it was confirmed once', 'confirmation', 'not-confirmed', { proposal: { confirmations: 1 } }],
  ['the count is no number', 'confirmation', 'not-confirmed', { proposal: { confirmations: Number.NaN } }],
  ['it was confirmed long ago', 'confirmation', 'not-confirmed', { proposal: { confirmedAtMs: nowMs - 300_001 } }],
  ['it was confirmed in the future', 'confirmation', 'not-confirmed', { proposal: { confirmedAtMs: nowMs + 61_000 } }],
  [
    'the policy asks for one confirmation',
    'confirmation',
    'not-confirmed',
    { facts: { policy: { ...enforcing, confirmations: 1 } }, proposal: { confirmations: 1 } },
  ],
  ['nobody approved', 'approval', 'awaiting-approval', { facts: { policy: advising } }],
  ['the owner was not told', 'grace', 'in-grace', { proposal: { noticeAtMs: undefined } }],
  ['the grace runs', 'grace', 'in-grace', { proposal: { noticeAtMs: nowMs - 599_999, dueAtMs: nowMs + 1 } }],
  ['the owner was told a later time', 'grace', 'in-grace', { proposal: { dueAtMs: nowMs + 1 } }],
  ['the notice is of the future', 'grace', 'in-grace', { proposal: { noticeAtMs: nowMs + 60_000, graceMs: 0 } }],
  ['the notice is of last week', 'grace', 'in-grace', { proposal: { noticeAtMs: nowMs - 604_800_000 } }],
  ['the grace is no number', 'grace', 'in-grace', { proposal: { graceMs: Number.NaN } }],
  // 08:00 UTC on a Monday.
  ['no window is open', 'window', 'outside-maintenance-window', { facts: { policy: window('0 20 * * *') } }],
  ['the window cannot be read', 'window', 'outside-maintenance-window', { facts: { policy: window('nonsense') } }],
  [
    'the minute is used up',
    'rate',
    'budget-rate',
    { facts: { policy: tight({ actionsPerMinute: 2 }), journal: fiveOthers.slice(0, 2) } },
  ],
  ['no action per minute is allowed', 'rate', 'budget-rate', { facts: { policy: tight({ actionsPerMinute: 0 }) } }],
  [
    'the budget is no number',
    'host-share',
    'budget-host',
    { facts: { policy: tight({ hostShare: Number.NaN }), journal: fiveOthers.slice(0, 1) } },
  ],
  ['the host’s share is used up', 'host-share', 'budget-host', { facts: { journal: fiveOthers } }],
  [
    'the share of the host it moved to is used up',
    'host-share',
    'budget-host',
    {
      instance: { hostId: otherHost.id },
      reading: { hosts: [aHost(), otherHost] },
      facts: { journal: fiveOthers.map((entry) => ({ ...entry, hostId: otherHost.id })) },
    },
  ],
  [
    'the share of a project is used up that the reading does not name',
    'project-share',
    'budget-project',
    { reading: { projects: [] }, facts: { policy: tight({ hostShare: 1 }), journal: fiveOthers } },
  ],
  [
    'an owner who keeps it says why with a dot inside',
    'hold',
    'kept',
    { facts: { holds: [aHold({ reason: 'runs v1.2 until Friday.' })] } },
  ],
  [
    'the project’s share is used up',
    'project-share',
    'budget-project',
    { facts: { policy: tight({ hostShare: 1 }), journal: fiveOthers } },
  ],
]

describe('refuses when', () => {
  test.each(refusals)('%s', (_, check, code, spoiled) => {
    expect(answer(spoiled)).toMatchObject({ passed: false, check, verdict: { code } })
    const { world, step } = gateOf(spoiled)
    const inspected = inspectGate(world, step)
    expect(inspected.find((each) => each.check === check)?.verdict.code).toBe(code)
    for (const { verdict } of inspected) expect(verdict.sentence).toMatch(/^[^{}]+\.$/)
  })
})

// GOLDEN=update writes what came out, to be read and committed with the change that caused it.
test('tells each refusal in words and figures that are meant for people', () => {
  const told = refusals.map(([title, check, , spoiled]) => {
    const { world, step } = gateOf(spoiled)
    const verdict = inspectGate(world, step).find((each) => each.check === check)?.verdict
    return `${title}\n  ${verdict?.code}: ${verdict?.sentence}\n  ${JSON.stringify(verdict?.facts)}\n`
  })
  const expected = join(import.meta.dirname, 'golden', 'refusals.out.txt')
  const output = told.join('\n')
  if (process.env['GOLDEN'] === 'update') writeFileSync(expected, output)
  expect(output).toBe(readFileSync(expected, 'utf8'))
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
