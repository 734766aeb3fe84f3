// One plan at a time: every step with its claim, its cause and its words, and every host that may not sleep with the reason.
import { freshPowerRecord, type Host, type HostPowerRecord, type Instance, type PowerWish } from '@gleaner/model'
import { aHost, anInstance, testCloud } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { indexSupports } from '../../ledger/action-support.ts'
import { type HostPromise, noPromise } from './host-promise.ts'
import { type PowerInput, planPower } from './plan-power.ts'
import { defaultPowerOptions, type PowerOptions } from './power-options.ts'
import { isoTime } from '../../text/iso-time.ts'
import { freeze } from './testing/freeze.ts'

const hourMs = 3_600_000
const nowMs = Date.UTC(2025, 5, 2, 8)

interface Part {
  readonly host?: Partial<Host>
  readonly record?: Partial<HostPowerRecord>
  /** No key: promised to nobody; undefined: the calendar is not known. */
  readonly promise?: HostPromise | undefined
  readonly instances?: readonly Partial<Instance>[]
}

const supports = indexSupports([{ id: testCloud, actions: [], hostControl: {}, powerControl: {} }])
/** Nothing stays awake for the reserve. */
const eager: Partial<PowerOptions> = { keepWarm: { hosts: 0, share: 0 } }
const ours = { closedAtMs: nowMs - 2 * hourMs, sleptAtMs: nowMs - 2 * hourMs + 1 }
const wish = (state: PowerWish['state']): PowerWish => ({ state, by: 'olga', untilMs: nowMs + hourMs })

/** The hosts of one cloud, empty for a day unless something is on them. */
function plan(hosts: Readonly<Record<string, Part>>, change: Partial<PowerInput> = {}, options = eager) {
  const parts = new Map(Object.entries(hosts))
  const frozen = [...parts].map(([name, part]) => {
    const host = aHost({ name, ...part.host })
    return { host, instances: (part.instances ?? []).map((one) => anInstance({ hostId: host.id, ...one })) }
  })
  const records = new Map(
    frozen.flatMap(({ host }) => {
      const record = parts.get(host.name)?.record
      return record === undefined ? [] : [[host.id, { ...freshPowerRecord(host.id), ...record }]]
    }),
  )
  const answer = planPower({
    snapshots: [freeze(frozen, nowMs)],
    supports,
    isPowered: () => true,
    recordOf: (id) => records.get(id),
    promiseOf: ({ name }) => {
      const part = parts.get(name) ?? {}
      return 'promise' in part ? part.promise : noPromise
    },
    isHeld: () => false,
    isWaking: () => false,
    emptySinceMs: () => nowMs - 24 * hourMs,
    efficiencyOf: () => 1,
    demands: [],
    maySleep: true,
    options: { ...defaultPowerOptions, ...options },
    nowMs,
    ...change,
  })
  return {
    ...answer,
    steps: answer.candidates.map(({ hostId, action }) => `${hostId} ${action}`),
    said: answer.candidates.map(({ reason }) => `${reason.code}: ${reason.sentence}`),
    against: answer.refused.map(({ action, verdict }) => `${action} ${verdict.code}: ${verdict.sentence}`),
  }
}

describe('a host that may sleep', () => {
  it('is closed first, as a step that only energy claims, and says what that saves', () => {
    const { candidates, refused, reasons } = plan({ h: { host: { idlePowerW: 90 } } })
    expect(refused).toEqual([])
    expect(reasons).toEqual({ 'host-idle': 1 })
    expect(candidates).toEqual([
      expect.objectContaining({
        capability: 'energy',
        claim: 'energy',
        action: 'close',
        hostId: 'test:h',
        instanceId: undefined,
        cause: 'power',
        mode: 'enforce',
        graceMs: 0,
        reason: {
          code: 'host-idle',
          sentence: 'h is empty and can sleep; that saves about 82 W.',
          facts: { savesW: 82, breakEvenMs: expect.any(Number), nextStartMs: null },
        },
      }),
    ])
  })

  it('tells its next lease, and what it saves of the power that is assumed where the cloud tells none', () => {
    const nextStartMs = nowMs + 6 * hourMs
    const { candidates, said } = plan({
      h: { host: { idlePowerW: undefined }, promise: { isActive: false, nextStartMs } },
    })
    expect(said).toEqual([
      'host-idle: h is empty and can sleep until its next lease at 2025-06-02T14:00:00Z; that saves about 112 W.',
    ])
    expect(candidates[0]?.reason.facts).toMatchObject({ savesW: 112, nextStartMs })
  })

  it('sleeps once it is closed, unless something speaks against it by then', () => {
    const closing = { host: { state: 'disabled' }, record: { closedAtMs: nowMs - 1 } } as const
    expect(plan({ h: closing }).steps).toEqual(['test:h sleep'])
    const occupied = plan({ h: { ...closing, instances: [{ name: 'web-1' }] } })
    expect(occupied.steps).toEqual(['test:h open'])
    expect(occupied.said).toEqual(['host-occupied: web-1 is on h.'])
    const unknown = plan({ h: { ...closing, promise: undefined } })
    expect(unknown.steps).toEqual(['test:h open'])
    expect(unknown.candidates[0]).toMatchObject({ claim: 'pending-lease', reason: { code: 'wake-lease' } })
    const soon = { isActive: false, nextStartMs: nowMs + 20 * 60_000 }
    expect(plan({ h: { ...closing, promise: soon } }).candidates[0]).toMatchObject({
      action: 'open',
      claim: 'energy',
      reason: { code: 'gap-too-short' },
    })
  })
})

it('a host that failed to wake stays awake until it has recovered, with what was wrong', () => {
  const failed = { failures: 1, failedAtMs: nowMs - hourMs, wokeAtMs: nowMs - 60_000 }
  const sentence = 'h did not wake up in good order the last time'
  expect(plan({ h: { record: failed } }).against).toEqual([`close wake-failed: ${sentence}.`])
  const fault = 'the host is still up after 10m'
  expect(plan({ h: { record: { ...failed, fault } } }).against).toEqual([`close wake-failed: ${sentence} (${fault}).`])
  const closing = { host: { state: 'disabled' }, record: { ...failed, fault, closedAtMs: nowMs - 1 } } as const
  expect(plan({ h: closing }).said).toEqual([`wake-failed: ${sentence} (${fault}).`])
})

it('a host that failed to go to sleep stays awake until it may be tried again, whoever wants it, and is opened meanwhile', () => {
  const record = { sleepFailures: 1, sleepFailedAtMs: nowMs - 1, sleepFault: 'the host is still on' }
  const { retryMs, wakeAttempts } = defaultPowerOptions
  const told = `h did not go to sleep once (the host is still on); it is tried again at ${isoTime(nowMs - 1 + retryMs)}`
  expect(plan({ h: { record } }).against).toEqual([`close sleep-failed: ${told}.`])
  const wish = { state: 'asleep', by: 'olga', untilMs: nowMs + hourMs } as const
  expect(plan({ h: { record: { ...record, wish } } }).against).toEqual([`close sleep-failed: ${told}.`])
  const closing = { host: { state: 'disabled' }, record: { ...record, closedAtMs: nowMs - 2 } } as const
  expect(plan({ h: closing }).steps).toEqual(['test:h open'])
  const last = { ...record, sleepFailures: wakeAttempts, sleepFailedAtMs: nowMs - 100 * hourMs }
  expect(plan({ h: { record: last } }).against).toEqual([
    'close sleep-failed: h did not go to sleep 3 times (the host is still on); it is not tried again until a person asks for it.',
  ])
})

it('a host that was closed before it was known that there is nothing to be saved is opened again', () => {
  const closing = { host: { state: 'disabled', idlePowerW: 8 }, record: { closedAtMs: nowMs - 1 } } as const
  const { steps, said } = plan({ h: closing })
  expect(steps).toEqual(['test:h open'])
  expect(said).toEqual(['power-resting: h draws no more at rest than asleep; there is nothing to be saved.'])
  // A person wants it asleep all the same.
  const wished = plan({ h: { ...closing, record: { ...closing.record, wish: wish('asleep') } } })
  expect(wished.steps).toEqual(['test:h sleep'])
})

describe('what is not known counts as in use', () => {
  it('the calendar', () => {
    const { steps, against } = plan({ h: { promise: undefined } })
    expect(steps).toEqual([])
    expect(against).toEqual(['close host-promised: It is not known whether h is leased.'])
  })

  it('since when it is empty', () => {
    const { steps, against } = plan({ h: {} }, { emptySinceMs: () => undefined })
    expect(steps).toEqual([])
    expect(against).toEqual([expect.stringMatching(/^close power-resting: h has been empty for 0s; .* are needed\.$/)])
  })

  it('whether the cloud lets hosts sleep', () => {
    for (const none of [new Map(), indexSupports([{ id: testCloud, actions: [], hostControl: {} }])])
      expect(plan({ h: {} }, { supports: none })).toMatchObject({ candidates: [], refused: [], reasons: {} })
  })
})

describe('whom nobody asks', () => {
  it('desktops, and hosts that run something', () => {
    const answer = plan({ desk: { host: { kind: 'desktop' } }, busy: { instances: [{}] } })
    expect(answer).toMatchObject({ candidates: [], refused: [] })
  })

  it('hosts that nothing can switch, unless a person wants them asleep or awake', () => {
    const powerless = { isPowered: () => false }
    expect(plan({ h: {} }, powerless)).toMatchObject({ candidates: [], refused: [] })
    const sentence = 'Nothing is configured by which h could be switched off and on.'
    expect(plan({ h: { record: { wish: wish('asleep') } } }, powerless).against).toEqual([
      `close power-unset: ${sentence}`,
    ])
    expect(plan({ h: { record: { wish: wish('awake') } } }, powerless).against).toEqual([
      `wake power-unset: ${sentence}`,
    ])
    // Its time over, the wish is no more.
    const over = { ...wish('awake'), untilMs: nowMs }
    expect(plan({ h: { record: { wish: over } } }, powerless).against).toEqual([])
  })
})

describe('the reserve of empty hosts', () => {
  const three = { a: {}, b: {}, c: {} }

  it.each([
    [1, 2, 'close keep-warm: 1 empty host stays awake for whoever comes next.'],
    [2, 1, 'close keep-warm: 2 empty hosts stay awake for whoever comes next.'],
  ])('of %i lets %i of three sleep', (hosts, sleeping, sentence) => {
    const { steps, against, refused } = plan(three, {}, { keepWarm: { hosts, share: 0 } })
    expect(steps).toHaveLength(sleeping)
    expect(new Set(against)).toEqual(new Set([sentence]))
    expect(refused[0]).toMatchObject({ cause: 'power', instanceId: undefined, verdict: { facts: { reserve: hosts } } })
  })

  it('grows with the hosts that run something, rounded up', () => {
    const busy = {
      x: { instances: [{}] },
      y: { instances: [{ name: 'web-2' }] },
      z: { instances: [{ name: 'web-3' }] },
    }
    expect(plan({ ...three, ...busy }, {}, { keepWarm: { hosts: 1, share: 0.5 } }).steps).toHaveLength(1)
    expect(plan({ ...three, ...busy }, {}, { keepWarm: { hosts: 0, share: 0.3 } }).steps).toHaveLength(2)
  })

  it('has no host in it on which room is held or that is leased or may be', () => {
    const options = { keepWarm: { hosts: 1, share: 0 } }
    expect(plan({ a: {}, b: {} }, {}, options).steps).toHaveLength(1)
    expect(plan({ a: {}, b: {} }, { isHeld: (id) => id === 'test:b' }, options).steps).toEqual([])
    for (const promise of [undefined, { isActive: true, nextStartMs: Number.POSITIVE_INFINITY }])
      expect(plan({ a: {}, b: { promise } }, {}, options).steps).toEqual([])
  })

  it('keeps awake whom a request is to find when it comes again', () => {
    const demands = [
      {
        key: 'r',
        cloudId: testCloud,
        name: 'web',
        count: 1,
        vcpus: 4,
        memoryMiB: 1024,
        diskGiB: 1,
        untilMs: nowMs + 1,
      },
    ]
    const { steps, against } = plan({ a: {}, b: {} }, { demands })
    expect(steps).toEqual(['test:b close'])
    expect(against).toEqual(['close keep-warm: A request that found no room is awaited on a.'])
    const elsewhere = demands.map((demand) => ({ ...demand, cloudId: aHost({ cloudId: 'far' as never }).cloudId }))
    expect(plan({ a: {}, b: {} }, { demands: elsewhere }).steps).toHaveLength(2)
  })
})

describe('who sleeps first', () => {
  const one = { ...eager, sleepsPerHour: 1 }
  const late = { isActive: false, nextStartMs: nowMs + 9 * hourMs }
  const early = { isActive: false, nextStartMs: nowMs + 8 * hourMs }

  it('whom a person wants asleep, then the least efficient, then the longest sleep, then by name', () => {
    const efficiencyOf = ({ name }: Host) => (name === 'b' ? 0.5 : 1)
    expect(plan({ a: {}, b: {}, c: { record: { wish: wish('asleep') } } }, { efficiencyOf }, one).steps).toEqual([
      'test:c close',
    ])
    expect(plan({ a: {}, b: {} }, { efficiencyOf }, one).steps).toEqual(['test:b close'])
    expect(plan({ a: { promise: early }, b: { promise: late } }, {}, one).steps).toEqual(['test:b close'])
    expect(plan({ a: { promise: late }, b: { promise: early } }, {}, one).steps).toEqual(['test:a close'])
    expect(plan({ b: {}, a: {} }, {}, one).steps).toEqual(['test:a close'])
    expect(plan({ a: {}, b: {} }, {}, one).steps).toEqual(['test:a close'])
  })

  it('one that will be able soon has its turn all the same, one that can save nothing has none', () => {
    const options = { ...eager, keepWarm: { hosts: 1, share: 0 } }
    const efficiencyOf = ({ name }: Host) => (name === 'a' ? 0.5 : 1)
    const emptySinceMs: PowerInput['emptySinceMs'] = (id) => nowMs - (id === 'test:a' ? 60_000 : 24 * hourMs)
    expect(plan({ a: {}, b: {} }, { efficiencyOf, emptySinceMs }, options).against).toEqual([
      expect.stringContaining('close power-resting: a has been empty for 1m;'),
      expect.stringContaining('close keep-warm'),
    ])
    const thrifty = { host: { idlePowerW: 8 } }
    const { steps, against } = plan({ a: thrifty, b: {} }, { efficiencyOf }, options)
    expect(steps).toEqual(['test:b close'])
    expect(against).toEqual(['close power-resting: a draws no more at rest than asleep; there is nothing to be saved.'])
  })
})

describe('how many sleep within the hour', () => {
  it.each([
    [nowMs - hourMs + 1, []],
    [nowMs - hourMs, ['test:b close']],
  ])('one that went at %i', (sleptAtMs, steps) => {
    const asleep = { host: { state: 'asleep' }, record: { closedAtMs: sleptAtMs - 1, sleptAtMs } } as const
    expect(plan({ a: asleep, b: {} }, {}, { ...eager, sleepsPerHour: 1 }).steps).toEqual(steps)
  })

  it('is told to those that have to wait, but keeps no person waiting', () => {
    expect(plan({ a: {}, b: {} }, {}, { ...eager, sleepsPerHour: 1 }).against).toEqual([
      'close power-rate: 1 host was sent to sleep within the hour already.',
    ])
    const { steps, against, refused } = plan({ a: {}, b: {}, c: {} }, {}, { ...eager, sleepsPerHour: 2 })
    expect(steps).toEqual(['test:a close', 'test:b close'])
    expect(against).toEqual(['close power-rate: 2 hosts were sent to sleep within the hour already.'])
    expect(refused[0]?.verdict.facts).toEqual({ sleepsPerHour: 2 })
    const wished = plan({ a: {}, b: { record: { wish: wish('asleep') } } }, {}, { ...eager, sleepsPerHour: 0 })
    expect(wished.candidates).toEqual([
      expect.objectContaining({
        hostId: 'test:b',
        claim: 'command',
        cause: 'olga',
        reason: expect.objectContaining({ code: 'commanded', sentence: 'olga wants b asleep.' }),
      }),
    ])
  })
})

describe('a host that is away', () => {
  const asleep = { host: { state: 'asleep' }, record: ours } as const

  it.each([
    [0, '0 empty hosts are awake and 2 should be.'],
    [1, '1 empty host is awake and 2 should be.'],
    [2, undefined],
  ])('wakes for the reserve of 2 while %i are awake', (warm, sentence) => {
    const awake = Object.fromEntries(['x', 'y'].slice(0, warm).map((name) => [name, {}]))
    const { said } = plan({ h: asleep, ...awake }, {}, { keepWarm: { hosts: 2, share: 0 } })
    expect(said).toEqual(sentence === undefined ? [] : [`wake-reserve: ${sentence}`])
  })

  it('comes back open, whether it is wanted or not', () => {
    const back = { host: { state: 'disabled' }, record: ours } as const
    expect(plan({ h: back }).said).toEqual(['wake-reserve: h is awake again.'])
    const wanted = plan({ h: { ...back, record: { ...ours, wish: wish('awake') } } })
    expect(wanted.steps).toEqual(['test:h open'])
    expect(wanted.candidates[0]).toMatchObject({ claim: 'command', cause: 'olga' })
  })

  it('is opened and not sent to sleep where it is wanted after all', () => {
    const closing = { host: { state: 'disabled' }, record: { closedAtMs: nowMs - 1, wish: wish('awake') } } as const
    const { steps, said } = plan({ h: closing })
    expect(steps).toEqual(['test:h open'])
    expect(said).toEqual(['commanded: olga wants h awake.'])
  })

  it('wakes for a lease under the claim of the lease', () => {
    const promise = { isActive: true, nextStartMs: Number.POSITIVE_INFINITY }
    const { candidates } = plan({ h: { ...asleep, promise } })
    expect(candidates[0]).toMatchObject({ action: 'wake', claim: 'pending-lease', cause: 'power' })
    expect(candidates[0]?.reason).toMatchObject({ code: 'wake-lease', sentence: 'A lease has h.' })
  })

  it('is left alone where nobody wants it', () => {
    expect(plan({ h: asleep })).toMatchObject({ candidates: [], refused: [] })
  })

  it.each<[number, string | undefined, number, string]>([
    [1, 'no answer', nowMs - 60_000, 'once (no answer); it is tried again at 2025-06-02T08:04:00Z.'],
    [2, undefined, nowMs - 60_000, '2 times; it is tried again at 2025-06-02T08:09:00Z.'],
    [3, 'no answer', nowMs - 9 * hourMs, '3 times (no answer); it is not tried again until a person asks for it.'],
  ])('that did not wake up %i times waits for its next attempt', (failures, fault, failedAtMs, then) => {
    const record = { ...ours, wish: wish('awake'), failures, fault, failedAtMs }
    const { steps, against, refused } = plan({ h: { ...asleep, record } })
    expect(steps).toEqual([])
    expect(against).toEqual([`wake wake-failed: h did not wake up ${then}`])
    expect(refused[0]?.verdict.facts).toEqual({ failures })
  })

  it('is tried again at the very moment of its next attempt', () => {
    const record = { ...ours, wish: wish('awake'), failures: 1, fault: 'no answer', failedAtMs: nowMs - 300_000 }
    expect(plan({ h: { ...asleep, record } }).steps).toEqual(['test:h wake'])
    expect(plan({ h: { ...asleep, record: { ...record, failedAtMs: nowMs - 299_999 } } }).steps).toEqual([])
  })

  it('is not touched where somebody else switched it off, and that is said of one that sleeps', () => {
    for (const state of ['asleep', 'down', 'disabled'] as const) {
      const { steps, against } = plan({ h: { host: { state } } })
      expect(steps).toEqual([])
      expect(against).toEqual(
        state === 'asleep'
          ? ['wake asleep-by-others: h was switched off by somebody else; Gleaner does not wake it by itself.']
          : [],
      )
    }
    expect(plan({ h: { host: { state: 'asleep' }, record: { wish: wish('awake') } } }).steps).toEqual(['test:h wake'])
  })
})
