// A move before the gate: it waits for no notice and no confirmation; protection, a refusal, the pause, the mode and a host that
// takes nothing stop it.
import type { Hold, Host, HostId, Instance, Proposal } from '@gleaner/model'
import { aHold, aHost, aHostEntry, anInstance, aProposal, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it, test } from 'vitest'
import { type HostPromise, noPromise } from '../energy/power/host-promise.ts'
import { noUsage } from '../ledger/usage-access.ts'
import { enforcing, factsOf } from '../testing/a-world.ts'
import { passGate } from './gate.ts'
import { type GateFacts, openGateWorld } from './gate-world.ts'

const nowMs = testStartMs
const from = aHost({ name: 'h1' })

interface Scene {
  readonly to?: Partial<Host>
  readonly instance?: Partial<Instance>
  readonly step?: Partial<Proposal>
  readonly holds?: readonly Hold[]
  readonly facts?: Partial<GateFacts>
}

function code({ to = {}, instance = {}, step = {}, holds = [], facts = {} }: Scene = {}): string {
  const target = aHost({ name: 'h2', ...to })
  const reading = aSnapshot({
    takenAtMs: nowMs - 20_000,
    hosts: [from, target],
    instances: [anInstance({ hostId: from.id, ...instance })],
  })
  const proposal = aProposal({
    capability: 'reservations',
    claim: 'pending-lease',
    action: 'migrate',
    setting: { toHostId: target.id },
    ruleId: undefined,
    ruleRevision: undefined,
    confirmations: 0,
    graceMs: 0,
    ...step,
  })
  const world = { ...factsOf({ reading, rules: [], nowMs }), holds, ...facts }
  const modes = { ...enforcing.modes, reservations: 'enforce' } as const
  const answer = passGate(openGateWorld({ ...world, policy: { ...world.policy, modes, ...facts.policy } }), proposal)
  return answer.passed ? 'passed' : answer.verdict.code
}

test('it needs neither notice nor confirmation, and a keep is kept by it', () => {
  expect(code()).toBe('passed')
  expect(code({ holds: [aHold({ kind: 'keep', untilMs: nowMs + 60_000 })] })).toBe('passed')
})

describe('one that only saves energy', () => {
  const energy = { capability: 'energy', claim: 'energy', confirmations: 2, confirmedAtMs: nowMs - 20_000 } as const
  const hostUse = () => ({ isHeld: false, promise: noPromise, leadMs: 0 })
  const ask = (scene: Scene = {}) =>
    code({ ...scene, step: { ...energy, ...scene.step }, facts: { hostUse, ...scene.facts } })

  it('is confirmed, rests upon usage, and heeds every hold', () => {
    expect(ask()).toBe('passed')
    expect(ask({ step: { ...energy, confirmations: 1 } })).toBe('not-confirmed')
    expect(ask({ facts: { hostUse, usage: noUsage } })).toBe('telemetry-stale')
    for (const [kind, reason] of [
      ['keep', 'kept'],
      ['veto', 'vetoed'],
      ['person-acted', 'person-acted'],
      ['cool-down', 'cool-down'],
    ] as const)
      expect(ask({ holds: [aHold({ kind, untilMs: nowMs + 60_000 })] })).toBe(reason)
  })

  it('goes to no host of a lease, now or within the hour, nor where nobody knows', () => {
    const promised = (promise: HostPromise | undefined) =>
      ask({ facts: { hostUse: () => ({ isHeld: false, promise, leadMs: 0 }) } })
    expect(promised(undefined)).toBe('host-promised')
    expect(promised({ isActive: true, nextStartMs: Number.POSITIVE_INFINITY })).toBe('host-promised')
    expect(promised({ isActive: false, nextStartMs: nowMs + 3_600_000 })).toBe('host-promised')
    expect(promised({ isActive: false, nextStartMs: nowMs + 3_600_001 })).toBe('passed')
  })

  it('goes to no host that is being closed', () => {
    const closing = aHostEntry({ action: 'close', hostId: aHost({ name: 'h2' }).id, state: 'accepted' })
    expect(ask({ facts: { hostUse, journal: [closing] } })).toBe('in-flight')
  })
})

test('a person, a mark and the pause stop it', () => {
  expect(code({ holds: [aHold({ kind: 'veto', untilMs: nowMs + 60_000 })] })).toBe('vetoed')
  expect(code({ instance: { protectedBy: 'a lock' } })).toBe('protected')
  const policy = { ...enforcing, modes: { ...enforcing.modes, reservations: 'enforce' as const } }
  const killSwitch = { by: 'olga', reason: '', sinceMs: 0 }
  expect(code({ facts: { policy: { ...policy, killSwitch } } })).toBe('kill-switch')
  expect(code({ facts: { policy: { ...policy, modes: { ...policy.modes, reservations: 'observe' } } } })).toBe(
    'mode-observe',
  )
})

test('nothing moves to a host that is gone, closed, down, a desktop, or its own', () => {
  expect(code({ step: { setting: { toHostId: 'test:nowhere' as HostId } } })).toBe('host-gone')
  expect(code({ step: { setting: undefined } })).toBe('host-gone')
  expect(code({ to: { state: 'disabled' } })).toBe('state-not-suitable')
  expect(code({ to: { state: 'down' } })).toBe('state-not-suitable')
  expect(code({ to: { kind: 'desktop' } })).toBe('state-not-suitable')
  expect(code({ step: { setting: { toHostId: from.id } } })).toBe('already-there')
})

test('only what runs moves, and only where the cloud can', () => {
  expect(code({ instance: { state: 'stopped' } })).toBe('state-not-suitable')
  expect(code({ facts: { supports: new Map() } })).toBe('action-unsupported')
})
