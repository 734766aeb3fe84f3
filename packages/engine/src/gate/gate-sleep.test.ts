// Steps of the capability energy before the gate: a host sleeps only when it is closed, empty, and promised to nobody before
// it could be awake again. What is not known counts as in use.
import { type Host, hostId, type Proposal } from '@gleaner/model'
import { aHost, aHostProposal, anInstance, aSnapshot, testCloud, testStartMs } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { factsOf } from '../testing/a-world.ts'
import { fakeUsage } from '../testing/fake-usage.ts'
import { passGate } from './gate.ts'
import { type GateFacts, type HostUse, openGateWorld } from './gate-world.ts'

const nowMs = testStartMs
const host = aHost()
const others = Array.from({ length: 9 }, (_, nth) => aHost({ name: `other-${nth}` }))
const free: HostUse = {
  isHeld: false,
  promise: { isActive: false, nextStartMs: Number.POSITIVE_INFINITY },
  leadMs: 120_000,
}

interface Scene {
  readonly step?: Partial<Proposal>
  readonly state?: Host['state']
  readonly use?: Partial<HostUse>
  readonly facts?: Partial<GateFacts>
  readonly occupied?: boolean
}

function verdict({ step, state = 'disabled', use, facts, occupied = false }: Scene) {
  const reading = aSnapshot({
    version: 7,
    takenAtMs: nowMs - 20_000,
    hosts: [{ ...host, state }, ...others],
    instances: [anInstance({ hostId: occupied ? host.id : hostId(testCloud, 'other-1') })],
  })
  const usage = fakeUsage(new Map([[host.id, { lastAtMs: nowMs - 10_000, cpu: 0 }]]))
  const hostUse = (asked: Host) => (asked.id === host.id ? { ...free, ...use } : free)
  const world = openGateWorld(factsOf({ reading, rules: [], nowMs }, { usage, hostUse, ...facts }))
  const ready = aHostProposal({
    capability: 'energy',
    claim: 'energy',
    action: 'sleep',
    setting: undefined,
    confirmations: 2,
    confirmedVersion: 7,
    confirmedAtMs: nowMs - 10_000,
    ...step,
  })
  const answer = passGate(world, ready)
  return answer.passed ? undefined : answer.verdict
}

const code = (scene: Scene) => verdict(scene)?.code ?? 'passed'

describe('sleep', () => {
  test('of a closed host that is empty and free', () => {
    expect(code({})).toBe('passed')
  })

  test.each<[string, string, Scene]>([
    ['it is open: something could be placed there meanwhile', 'state-not-suitable', { state: 'up' }],
    ['it is in maintenance', 'state-not-suitable', { state: 'maintenance' }],
    ['it sleeps', 'already-there', { state: 'asleep' }],
    ['an instance is on it', 'host-occupied', { occupied: true }],
    ['room on it is held', 'host-occupied', { use: { isHeld: true } }],
    [
      'a lease has it',
      'host-promised',
      { use: { promise: { isActive: true, nextStartMs: Number.POSITIVE_INFINITY } } },
    ],
    ['its calendar is not known', 'host-promised', { use: { promise: undefined } }],
    [
      'a lease begins just when it could be awake',
      'host-promised',
      { use: { promise: { isActive: false, nextStartMs: nowMs + 120_000 } } },
    ],
  ])('does not begin when %s', (_, expected, scene) => {
    expect(code(scene)).toBe(expected)
  })

  test('begins when the next lease is later than waking takes', () => {
    expect(code({ use: { promise: { isActive: false, nextStartMs: nowMs + 120_001 } } })).toBe('passed')
  })

  test('does not begin where nobody can say what is promised', () => {
    const reading = aSnapshot({
      version: 7,
      takenAtMs: nowMs - 20_000,
      hosts: [{ ...host, state: 'disabled' }],
      instances: [],
    })
    const world = openGateWorld(factsOf({ reading, rules: [], nowMs }))
    const step = aHostProposal({
      capability: 'energy',
      claim: 'energy',
      action: 'sleep',
      setting: undefined,
      confirmations: 9,
    })
    const answer = passGate(world, step)
    expect(answer.passed ? 'passed' : answer.verdict).toMatchObject({
      code: 'host-promised',
      sentence: `It is not known whether ${host.name} is leased.`,
    })
  })
})

test('a cloud whose hosts cannot be switched off says so', () => {
  const supports = new Map([[testCloud, new Map()]])
  expect(verdict({ facts: { supports } })).toEqual({
    code: 'action-unsupported',
    sentence: `The cloud ${testCloud} cannot switch off ${host.name}.`,
    facts: { state: 'disabled', action: 'sleep', cloud: testCloud },
  })
})

describe('closing', () => {
  test('for sleep asks the same', () => {
    const step = { action: 'close' } as const
    expect(code({ step, state: 'up' })).toBe('passed')
    expect(verdict({ step, state: 'up', occupied: true })).toMatchObject({
      code: 'host-occupied',
      sentence: `${anInstance().name} is on ${host.name}.`,
    })
    expect(code({ step, state: 'up', use: { promise: undefined } })).toBe('host-promised')
  })

  test('for another reason does not', () => {
    const step = { action: 'close', capability: 'oversubscription', claim: 'lending' } as const
    expect(code({ step, state: 'up', occupied: true })).toBe('passed')
  })
})

describe('waking', () => {
  test.each<[Host['state'], string]>([
    ['asleep', 'passed'],
    ['down', 'passed'],
    ['disabled', 'already-there'],
    ['up', 'already-there'],
    ['unknown', 'state-not-suitable'],
  ])('from %s: %s', (state, expected) => {
    expect(code({ step: { action: 'wake' }, state, use: { promise: undefined, isHeld: true } })).toBe(expected)
  })
})
