// What is done for the user of a desktop before the gate: what it need not wait for, and what it cannot do without.
import { defaultPolicy, type Host, type Proposal } from '@gleaner/model'
import {
  aHold,
  aHost,
  aHostEntry,
  aHostProposal,
  anInstance,
  aProposal,
  aSnapshot,
  testCloud,
  testStartMs,
} from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import type { DesktopPresence } from '../desktops/desktop-presence.ts'
import { aDesk } from '../desktops/testing/a-desktop.ts'
import { enforcing, factsOf, modesAll } from '../testing/a-world.ts'
import { fakeUsage } from '../testing/fake-usage.ts'
import { inspectGate, passGate } from './gate.ts'
import { type GateFacts, openGateWorld } from './gate-world.ts'

const nowMs = testStartMs
const desk = aDesk()
const guest = anInstance({ hostId: desk.id })
const back: DesktopPresence = {
  standing: 'in-use',
  lendable: false,
  verdict: { code: 'user-input', sentence: 'keyboard: typed.', facts: {} },
  sinceMs: nowMs,
}
const away: DesktopPresence = { ...back, standing: 'lendable', lendable: true }
const close = aHostProposal({
  capability: 'opportunism',
  claim: 'local-user',
  action: 'close',
  setting: undefined,
  hostId: desk.id,
  cause: 'desktop',
})
const ofGuest = (overrides: Partial<Proposal> = {}) =>
  aProposal({
    capability: 'opportunism',
    claim: 'local-user',
    action: 'pause',
    instanceId: guest.id,
    hostId: desk.id,
    cause: 'desktop',
    ruleId: undefined,
    ruleRevision: undefined,
    ...overrides,
  })

interface Spoiled {
  readonly proposal?: Proposal
  readonly host?: Partial<Host>
  readonly presence?: DesktopPresence | undefined
  readonly facts?: Partial<GateFacts>
  readonly reading?: Parameters<typeof aSnapshot>[0]
  readonly guest?: Partial<typeof guest>
}

function gateOf({ proposal = close, host, facts, reading, ...more }: Spoiled) {
  const presence = 'presence' in more ? more.presence : back
  const taken = aSnapshot({
    version: 7,
    takenAtMs: nowMs - 20_000,
    hosts: [{ ...desk, ...host }],
    instances: [{ ...guest, ...more.guest }],
    ...reading,
  })
  const world = openGateWorld(
    factsOf(
      { reading: taken, rules: [], nowMs },
      {
        usage: fakeUsage(new Map()),
        ...(presence === undefined ? {} : { presenceOf: () => presence }),
        ...facts,
      },
    ),
  )
  return { world, proposal }
}

function answer(spoiled: Spoiled = {}) {
  const { world, proposal } = gateOf(spoiled)
  const given = passGate(world, proposal)
  return given.passed ? 'passed' : given.verdict.code
}

const closed = { state: 'disabled' } as const

const pausedByHand = { ...enforcing, killSwitch: { by: 'root', sinceMs: nowMs, reason: '' } }

describe('closing a desktop for its user', () => {
  test('waits for no confirmation, usage, window, hold, budget or whole reading', () => {
    const journal = Array.from({ length: 30 }, (_, nth) =>
      aHostEntry({ id: `e${nth}`, intendedAtMs: nowMs, finishedAtMs: nowMs, state: 'done', action: 'close' }),
    )
    const hold = aHold({ instanceId: undefined, hostId: desk.id, kind: 'keep', untilMs: nowMs + 1e6 })
    const policy = {
      ...enforcing,
      budgets: { ...defaultPolicy.budgets, actionsPerMinute: 0, cloudShare: 0 },
      maintenanceWindows: [{ cron: '0 3 * * *', durationMs: 1000, timeZone: 'UTC' }],
    }
    const gaps = [{ scope: 'hv-9', reason: 'timed out' }]
    expect(answer()).toBe('passed')
    expect(answer({ facts: { journal, policy, holds: [hold] }, reading: { gaps } })).toBe('passed')
    expect(answer({ reading: { takenAtMs: nowMs - 3_600_000 } })).toBe('passed')
    const { world, proposal } = gateOf({})
    expect(inspectGate(world, proposal).map(({ check }) => check)).toEqual([
      'mode',
      'cause',
      'snapshot',
      'coverage',
      'host',
      'state',
      'user-there',
      'observe',
      'in-flight',
      'approval',
    ])
  })

  test('is recorded only while the mode observes, and waits for a person while it advises', () => {
    const mode = (name: 'off' | 'observe' | 'advise') =>
      answer({ facts: { policy: { ...enforcing, modes: modesAll(name) } } })
    expect(['off', 'observe', 'advise'].map((name) => mode(name as 'off'))).toEqual([
      'mode-off',
      'mode-observe',
      'awaiting-approval',
    ])
  })

  test('does not wait for the pause of everything: the user always gets the machine', () => {
    expect(answer({ facts: { policy: pausedByHand } })).toBe('passed')
  })

  test('waits for a step that is under way', () => {
    const journal = [aHostEntry({ hostId: desk.id, action: 'open', state: 'accepted' })]
    expect(answer({ facts: { journal } })).toBe('in-flight')
  })

  test('is not done for one who has left', () => {
    expect(answer({ presence: away })).toBe('lendable')
    expect(answer({ presence: undefined })).toBe('passed')
  })

  test('of a whole floor takes nothing from the budgets of others', () => {
    const journal = Array.from({ length: 30 }, (_, nth) =>
      aHostEntry({
        id: `e${nth}`,
        capability: 'opportunism',
        hostId: aDesk({ name: `desk-${nth}` }).id,
        intendedAtMs: nowMs,
        action: 'close',
      }),
    )
    const { world } = gateOf({ facts: { journal } })
    expect(world.book.lastMinute()).toBe(0)
    expect(world.book.ofCloud(testCloud).size).toBe(0)
  })
})

describe('what is done to its guests', () => {
  test('passes once the host is closed, and not before', () => {
    const proposal = ofGuest()
    expect(answer({ proposal })).toBe('host-not-closed')
    expect(answer({ proposal, host: closed })).toBe('passed')
    expect(answer({ proposal, host: { state: 'maintenance' } })).toBe('passed')
  })

  test('need not ask the owner, whose keep does not count on somebody else’s machine', () => {
    const holds = [aHold({ instanceId: guest.id, kind: 'keep', untilMs: nowMs + 1e6 })]
    expect(answer({ proposal: ofGuest(), host: closed, facts: { holds } })).toBe('passed')
    expect(answer({ proposal: ofGuest(), host: closed, guest: { protectedBy: 'lock' } })).toBe('passed')
  })

  test('lets them stand still also while everything is paused; what would end them waits', () => {
    const facts = { policy: pausedByHand }
    expect(answer({ proposal: ofGuest(), host: closed, facts })).toBe('passed')
    for (const action of ['suspend', 'stop'] as const)
      expect(answer({ proposal: ofGuest({ action }), host: closed, facts })).toBe('kill-switch')
    // A pause for any other reason waits as well.
    const idle = ofGuest({ claim: 'idleness', capability: 'idleness' })
    expect(answer({ proposal: idle, host: closed, facts })).not.toBe('passed')
  })

  test('may move to a host that takes it, waits for nothing else than the rest does, and for the pause of everything', () => {
    const free = aHost({ name: 'kvm-1' })
    const other = aDesk({ name: 'desk-2' })
    const to = (host: Host, more: Partial<Spoiled> = {}) =>
      answer({
        proposal: ofGuest({ action: 'migrate', setting: { toHostId: host.id } }),
        reading: { hosts: [{ ...desk, ...closed }, host] },
        guest: { state: 'paused' },
        ...more,
      })
    expect(to(free)).toBe('passed')
    const holds = [aHold({ instanceId: guest.id, kind: 'keep', untilMs: nowMs + 1e6 })]
    expect(to(free, { facts: { holds } })).toBe('passed')
    expect(to(free, { facts: { policy: pausedByHand } })).toBe('kill-switch')
    expect(to({ ...free, state: 'disabled' })).toBe('state-not-suitable')
    expect(to(free, { reading: { hosts: [desk, free] } })).toBe('host-not-closed')
    expect(to(free, { presence: away })).toBe('lendable')
    // Another desktop only while its own agent says so.
    const presences = (standing: DesktopPresence) => ({
      facts: { presenceOf: ({ id }: Pick<Host, 'id'>) => (id === other.id ? standing : back) },
    })
    expect(to(other, presences(away))).toBe('passed')
    expect(to(other, presences(back))).toBe('state-not-suitable')
    expect(to({ ...other, state: 'disabled' }, presences(away))).toBe('state-not-suitable')
    // Nobody else moves anything to a desktop.
    const lease = ofGuest({ action: 'migrate', claim: 'pending-lease', setting: { toHostId: other.id } })
    expect(to(other, { ...presences(away), proposal: lease })).toBe('state-not-suitable')
  })

  test('needs a fresh reading', () => {
    const reading = { takenAtMs: nowMs - 3_600_000 }
    expect(answer({ proposal: ofGuest(), host: closed, reading })).toBe('snapshot-stale')
  })
})

describe('what brings guests to a desktop, or lets them go on', () => {
  const resume = ofGuest({ action: 'resume', claim: 'lending' })
  const open = { ...close, action: 'open', claim: 'lending' } as const
  const paused = { state: 'paused' } as const

  test('passes only while nobody is there', () => {
    expect(answer({ proposal: resume, host: closed, guest: paused, presence: away })).toBe('passed')
    expect(answer({ proposal: resume, host: closed, guest: paused })).toBe('desktop-back')
    expect(answer({ proposal: resume, host: closed, guest: paused, presence: undefined })).toBe('desktop-unjoined')
    expect(answer({ proposal: open, host: closed, presence: away })).toBe('passed')
    expect(answer({ proposal: open, host: closed })).toBe('user-input')
    expect(answer({ proposal: open, host: closed, presence: undefined })).toBe('desktop-unjoined')
    expect(answer({ proposal: open, host: closed, presence: away, facts: { policy: pausedByHand } })).toBe(
      'kill-switch',
    )
  })

  test('not even by the command of its owner, who is not told what the user does', () => {
    const command = ofGuest({ action: 'resume', claim: 'command', capability: 'idleness' })
    const { world } = gateOf({ host: closed, guest: paused })
    const given = passGate(world, command)
    expect(given).toMatchObject({ passed: false, verdict: { code: 'desktop-back' } })
    expect(JSON.stringify(given)).not.toContain('keyboard')
    expect(answer({ proposal: command, guest: paused, presence: away })).toBe('passed')
  })

  test('by others is never done to a desktop', () => {
    for (const capability of ['energy', 'oversubscription'] as const)
      expect(answer({ proposal: { ...close, capability, claim: 'energy' } })).toBe('state-not-suitable')
  })
})
