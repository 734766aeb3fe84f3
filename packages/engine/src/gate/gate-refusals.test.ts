// Each reason for which the gate refuses a step on an instance, by itself.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aHold, aHost, aRule, testStartMs } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
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
  type Spoiled,
  staleUsage,
  tight,
  window,
} from '../testing/a-gate.ts'
import { enforcing } from '../testing/a-world.ts'
import { fakeUsage } from '../testing/fake-usage.ts'
import { inspectGate } from './gate.ts'

const nowMs = testStartMs

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
