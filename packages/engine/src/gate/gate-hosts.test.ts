// Steps on hosts as a whole before the gate: what holds each kind, and what each kind need not wait for.
import { cloudId, type Host, hostId, instanceId, type Proposal } from '@gleaner/model'
import {
  aHold,
  aHost,
  aHostEntry,
  aHostProposal,
  anInstance,
  aProject,
  aSnapshot,
  testCloud,
  testStartMs,
} from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { enforcing, factsOf, modesAll } from '../testing/a-world.ts'
import { allSupports } from '../testing/all-supports.ts'
import { fakeUsage } from '../testing/fake-usage.ts'
import { inspectGate, passGate } from './gate.ts'
import { type GateFacts, openGateWorld } from './gate-world.ts'

const nowMs = testStartMs
const host = aHost()
const ready = aHostProposal({ confirmations: 2, confirmedVersion: 7, confirmedAtMs: nowMs - 10_000 })
const lower: Partial<Proposal> = { action: 'lower-ratio', setting: { coreRatio: 1.5 }, confirmations: 0 }

interface Spoiled {
  readonly facts?: Partial<GateFacts>
  readonly host?: Partial<Host>
  readonly others?: number
  readonly proposal?: Partial<Proposal>
  readonly reading?: Parameters<typeof aSnapshot>[0]
}

function gateOf({ facts, host: change, others = 9, proposal, reading }: Spoiled) {
  const hosts = [{ ...host, ...change }, ...Array.from({ length: others }, (_, nth) => aHost({ name: `other-${nth}` }))]
  const taken = aSnapshot({ version: 7, takenAtMs: nowMs - 20_000, hosts, ...reading })
  const usage = fakeUsage(new Map([[host.id, { lastAtMs: nowMs - 10_000, cpu: 1 }]]))
  const world = openGateWorld(factsOf({ reading: taken, rules: [], nowMs }, { usage, ...facts }))
  return { world, step: { ...ready, ...proposal } }
}

function answer(spoiled: Spoiled = {}) {
  const { world, step } = gateOf(spoiled)
  const given = passGate(world, step)
  return given.passed ? 'passed' : given.verdict.code
}

describe('a step that takes', () => {
  test('passes when nothing stands against it, and was asked of every check that concerns it', () => {
    expect(answer()).toBe('passed')
    const { world, step } = gateOf({})
    expect(inspectGate(world, step).map(({ check }) => check)).toEqual([
      'mode',
      'cause',
      'snapshot',
      'coverage',
      'host',
      'state',
      'in-use',
      'hold',
      'observe',
      'kill-switch',
      'snapshot-age',
      'snapshot-gaps',
      'usage-age',
      'in-flight',
      'confirmation',
      'approval',
      'window',
      'rate',
      'cloud-share',
    ])
  })

  test.each<[string, string, Spoiled]>([
    ['the capability is off', 'mode-off', { facts: { policy: { ...enforcing, modes: modesAll('off') } } }],
    ['it only observes', 'mode-observe', { facts: { policy: { ...enforcing, modes: modesAll('observe') } } }],
    ['nobody approved it', 'awaiting-approval', { facts: { policy: { ...enforcing, modes: modesAll('advise') } } }],
    ['the cloud was not read', 'snapshot-missing', { facts: { snapshots: new Map() } }],
    ['the host is gone', 'host-gone', { reading: { hosts: [aHost({ name: 'else' })], instances: [] } }],
    [
      'the host is in a part that could not be read',
      'snapshot-partial',
      { reading: { hosts: [], gaps: [{ scope: 'hv-1', reason: 'timed out' }] } },
    ],
    ['another part could not be read', 'snapshot-partial', { reading: { gaps: [{ scope: 'hv-9', reason: 'x' }] } }],
    ['the reading is old', 'snapshot-stale', { reading: { takenAtMs: nowMs - 200_000 } }],
    ['the ratio is there already', 'already-there', { host: { coreRatio: 2.5004 } }],
    ['the host is closed', 'state-not-suitable', { host: { state: 'disabled' } }],
    ['it is a desktop', 'state-not-suitable', { host: { kind: 'desktop' } }],
    ['no scheduler sells it', 'action-unsupported', { host: { coreRatio: undefined } }],
    ['the cloud cannot', 'action-unsupported', { facts: { supports: new Map([[testCloud, new Map()]]) } }],
    [
      'its usage is old',
      'telemetry-stale',
      { facts: { usage: fakeUsage(new Map([[host.id, { lastAtMs: nowMs - 900_000 }]])) } },
    ],
    ['its usage is unknown', 'telemetry-stale', { facts: { usage: fakeUsage(new Map()) } }],
    ['it was confirmed once', 'not-confirmed', { proposal: { confirmations: 1 } }],
    [
      'the windows are closed',
      'outside-maintenance-window',
      {
        facts: {
          policy: { ...enforcing, maintenanceWindows: [{ cron: '0 20 * * *', durationMs: 1, timeZone: 'UTC' }] },
        },
      },
    ],
    [
      'everything is paused',
      'kill-switch',
      { facts: { policy: { ...enforcing, killSwitch: { by: 'root', sinceMs: nowMs, reason: '' } } } },
    ],
    ['a step on it is under way', 'in-flight', { facts: { journal: [aHostEntry({ state: 'accepted' })] } }],
    [
      'Gleaner acted on it just now',
      'cool-down',
      { facts: { journal: [aHostEntry({ state: 'done', intendedAtMs: nowMs - 9000, finishedAtMs: nowMs - 8000 })] } },
    ],
    [
      'a person refused it',
      'vetoed',
      { facts: { holds: [aHold({ instanceId: undefined, hostId: host.id, kind: 'veto' })] } },
    ],
    [
      'a person set it by hand',
      'person-acted',
      { facts: { holds: [aHold({ instanceId: undefined, hostId: host.id, kind: 'person-acted' })] } },
    ],
  ])('waits or ends when %s', (_, code, spoiled) => {
    expect(answer(spoiled)).toBe(code)
  })

  test('counts against the actions of the minute, with those on instances', () => {
    const policy = { ...enforcing, budgets: { ...enforcing.budgets, actionsPerMinute: 1 } }
    const other = aHostEntry({
      hostId: hostId(testCloud, 'other-1'),
      state: 'done',
      intendedAtMs: nowMs - 5000,
      finishedAtMs: nowMs,
    })
    expect(answer({ facts: { policy, journal: [other] } })).toBe('budget-rate')
    expect(answer({ facts: { policy, journal: [{ ...other, intendedAtMs: nowMs - 61_000 }] } })).toBe('passed')
    // One that gave back takes nothing from the budget.
    expect(answer({ facts: { policy, journal: [{ ...other, action: 'lower-ratio' }] } })).toBe('passed')
  })

  test('only a share of the hosts of its cloud within the window; one always', () => {
    const on = (name: string) =>
      aHostEntry({
        id: name,
        hostId: hostId(testCloud, name),
        state: 'done',
        intendedAtMs: nowMs - 120_000,
        finishedAtMs: nowMs - 100_000,
      })
    // A fifth of ten hosts are two.
    expect(answer({ facts: { journal: [on('other-1')] } })).toBe('passed')
    expect(answer({ facts: { journal: [on('other-1'), on('other-2')] } })).toBe('budget-cloud')
    expect(answer({ others: 0, facts: { journal: [] } })).toBe('passed')
    expect(answer({ others: 3, facts: { journal: [on('other-1')] } })).toBe('budget-cloud')
    const elsewhere = on('other-1')
    const far = { ...elsewhere, hostId: hostId(cloudId('far'), 'other-1') }
    expect(answer({ others: 3, facts: { journal: [far] } })).toBe('passed')
  })
})

describe('a step that gives back', () => {
  test('waits for no confirmation, usage, window, budget, cool-down or whole reading', () => {
    const policy = {
      ...enforcing,
      budgets: { ...enforcing.budgets, actionsPerMinute: 0, cloudShare: 0 },
      maintenanceWindows: [{ cron: '0 20 * * *', durationMs: 1, timeZone: 'UTC' }],
    }
    const journal = [aHostEntry({ state: 'done', intendedAtMs: nowMs - 9000, finishedAtMs: nowMs - 8000 })]
    const reading = { gaps: [{ scope: 'hv-9', reason: 'timed out' }] }
    const usage = fakeUsage(new Map())
    expect(answer({ proposal: lower, facts: { policy, journal, usage }, reading })).toBe('passed')
  })

  test('does wait for what people said, and for the pause', () => {
    const about = { instanceId: undefined, hostId: host.id }
    expect(answer({ proposal: lower, facts: { holds: [aHold({ ...about, kind: 'veto' })] } })).toBe('vetoed')
    expect(answer({ proposal: lower, facts: { holds: [aHold({ ...about, kind: 'person-acted' })] } })).toBe(
      'person-acted',
    )
    expect(answer({ proposal: lower, facts: { policy: { ...enforcing, modes: modesAll('advise') } } })).toBe(
      'awaiting-approval',
    )
    expect(answer({ proposal: lower, facts: { journal: [aHostEntry()] } })).toBe('in-flight')
    const killSwitch = { by: 'root', sinceMs: nowMs, reason: '' }
    expect(answer({ proposal: lower, facts: { policy: { ...enforcing, killSwitch } } })).toBe('kill-switch')
  })

  test('is possible on a closed host, and opening only there', () => {
    expect(answer({ proposal: lower, host: { state: 'maintenance' } })).toBe('passed')
    const open = { ...lower, action: 'open', setting: undefined } as const
    expect(answer({ proposal: open, host: { state: 'disabled' } })).toBe('passed')
    expect(answer({ proposal: open })).toBe('already-there')
    expect(answer({ proposal: open, host: { state: 'maintenance' } })).toBe('state-not-suitable')
  })
})

test('closing needs no usage of the host', () => {
  const close = { action: 'close', setting: undefined } as const
  expect(answer({ proposal: close, facts: { usage: fakeUsage(new Map()) } })).toBe('passed')
  expect(answer({ proposal: close, host: { state: 'disabled' } })).toBe('already-there')
})

test('an instance and a host of the same native id do not stand in each other’s way', () => {
  const cloud = cloudId('one')
  const twin = { ...aHost({ cloudId: cloud, name: '5' }), id: hostId(cloud, '5') }
  const instance = { ...anInstance({ cloudId: cloud, name: '5', hostId: twin.id }), id: instanceId(cloud, '5') }
  const reading = aSnapshot({
    cloudId: cloud,
    version: 7,
    takenAtMs: nowMs - 20_000,
    hosts: [twin],
    projects: [aProject({ cloudId: cloud })],
    instances: [instance],
  })
  const usage = fakeUsage(new Map([[twin.id, { lastAtMs: nowMs - 10_000, cpu: 1 }]]))
  const holds = [aHold({ instanceId: instance.id })]
  const journal = [
    aHostEntry({
      instanceId: instance.id,
      projectId: instance.projectId,
      hostId: twin.id,
      action: 'suspend',
      cloudId: cloud,
    }),
  ]
  const world = openGateWorld(
    factsOf({ reading, rules: [], nowMs }, { usage, holds, journal, supports: allSupports(cloud) }),
  )
  expect(passGate(world, { ...ready, hostId: twin.id }).passed).toBe(true)
})
