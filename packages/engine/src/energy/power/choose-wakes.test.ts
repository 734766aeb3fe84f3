// Which sleeping hosts are woken, for what, and which of several: the order of the reasons, and the choice among equals.
import { freshPowerRecord, type Host, type HostPowerRecord } from '@gleaner/model'
import { aHost } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { chooseWakes, type WakeQuestion } from './choose-wakes.ts'
import { type HostPromise, noPromise } from './host-promise.ts'
import type { PowerDemand } from './power-demand.ts'
import { type PowerHost, type PowerHostFacts, powerHost } from './power-host.ts'
import { defaultPowerOptions as options } from './power-options.ts'

const hourMs = 3_600_000
const nowMs = 100 * hourMs

interface Shape {
  readonly state?: Host['state']
  readonly record?: Partial<HostPowerRecord>
  readonly promise?: HostPromise | undefined
  readonly efficiency?: number
  readonly cores?: number
  readonly isWaking?: boolean
}

/** Asleep, by Gleaner, unless it says otherwise. */
function host(name: string, shape: Shape = {}): PowerHost {
  const { state = 'asleep', record, efficiency = 1, cores = 16, isWaking = false } = shape
  const view = aHost({
    name,
    state,
    cores,
    reservedCores: 0,
    coreRatio: 1,
    memoryMiB: 65_536,
    reservedMemoryMiB: 0,
    memoryRatio: 1,
  })
  const facts: PowerHostFacts = {
    host: { ...view, id: `${view.cloudId}:${name}` as Host['id'] },
    record: {
      ...freshPowerRecord(view.id),
      ...(state === 'up' ? {} : { closedAtMs: nowMs - 3 * hourMs, sleptAtMs: nowMs - 2 * hourMs }),
      ...record,
    },
    instances: [],
    isHeld: false,
    isWaking,
    emptySinceMs: 0,
    promise: 'promise' in shape ? shape.promise : noPromise,
    efficiency,
  }
  return powerHost(facts, options, nowMs)
}

const demand = (part: Partial<PowerDemand> = {}): PowerDemand => ({
  key: 'r1',
  cloudId: aHost().cloudId,
  name: 'web',
  count: 1,
  vcpus: 4,
  memoryMiB: 1024,
  diskGiB: 1,
  untilMs: nowMs + hourMs,
  ...part,
})

function chosen(hosts: readonly PowerHost[], part: Partial<WakeQuestion> = {}) {
  const question = { hosts, warm: [], demands: [], reserve: 0, maySleep: true, options, nowMs, ...part }
  const { wakes, awaited } = chooseWakes(question)
  const nameOf = (id: Host['id']) => id.split(':').at(-1)
  return {
    wakes: Object.fromEntries([...wakes].map(([id, { code }]) => [nameOf(id), code])),
    awaited: [...awaited].map(nameOf),
  }
}
const wakesOf = (...args: Parameters<typeof chosen>) => chosen(...args).wakes

describe('who is woken', () => {
  it('is nobody while nobody is needed', () => {
    expect(wakesOf([host('a'), host('b')])).toEqual({})
  })

  it('is whoever a person wants, also of those that somebody else switched off', () => {
    const wish = { state: 'awake', by: 'olga', untilMs: nowMs + hourMs } as const
    const foreign = { closedAtMs: undefined, wish }
    expect(wakesOf([host('a', { record: { wish } }), host('b', { record: foreign })])).toEqual({
      a: 'commanded',
      b: 'commanded',
    })
    const over = { ...wish, untilMs: nowMs }
    expect(wakesOf([host('a', { record: { wish: over } })])).toEqual({})
  })

  it('is everybody where the mode lets nothing sleep, but for whom a person wants asleep', () => {
    const wish = { state: 'asleep', by: 'olga', untilMs: nowMs + hourMs } as const
    expect(wakesOf([host('a'), host('b', { record: { wish } })], { maySleep: false })).toEqual({ a: 'wake-mode' })
  })

  it('is whoever has a lease within the time to wake, or may have one, whatever a person wants', () => {
    const leadMs = host('x').leadMs
    const wish = { state: 'asleep', by: 'olga', untilMs: nowMs + hourMs } as const
    const at = (nextStartMs: number) => ({ isActive: false, nextStartMs })
    expect(
      wakesOf([
        host('due', { promise: at(nowMs + leadMs), record: { wish } }),
        host('later', { promise: at(nowMs + leadMs + hourMs) }),
        host('active', { promise: { isActive: true, nextStartMs: Number.POSITIVE_INFINITY } }),
        host('unknown', { promise: undefined }),
      ]),
    ).toEqual({ due: 'wake-lease', active: 'wake-lease', unknown: 'wake-lease' })
  })
})

describe('for a request', () => {
  it('the most efficient is woken; of those that failed none while another is left', () => {
    const failed = { failures: 1, failedAtMs: nowMs - 10 * hourMs }
    const hosts = [
      host('a', { efficiency: 1 }),
      host('b', { efficiency: 3 }),
      host('c', { efficiency: 9, record: failed }),
    ]
    expect(wakesOf(hosts, { demands: [demand()] })).toEqual({ b: 'wake-demand' })
    expect(wakesOf(hosts.slice(2), { demands: [demand()] })).toEqual({ c: 'wake-demand' })
  })

  it('one that is awake already, or on its way, is taken before a better one that sleeps', () => {
    const hosts = [host('best', { efficiency: 9 }), host('coming', { isWaking: true })]
    expect(wakesOf(hosts, { demands: [demand()] })).toEqual({ coming: 'wake-demand' })
    expect(wakesOf([...hosts, host('back', { state: 'disabled' })], { demands: [demand()] })).toEqual({
      back: 'wake-demand',
    })
  })

  it('nobody is woken whom an open empty host can spare, and that is awaited', () => {
    const warm = [host('warm', { state: 'up' })]
    expect(chosen([host('a')], { warm, demands: [demand()] })).toEqual({ wakes: {}, awaited: ['warm'] })
  })

  it('as many are woken as it takes, and none for what fits on no host or is over', () => {
    const hosts = [host('a', { cores: 8 }), host('b', { cores: 8 }), host('c', { cores: 8 })]
    expect(Object.keys(wakesOf(hosts, { demands: [demand({ count: 3, vcpus: 4 })] }))).toHaveLength(2)
    expect(Object.keys(wakesOf(hosts, { demands: [demand({ count: 3, vcpus: 2, apart: true })] }))).toHaveLength(3)
    expect(wakesOf(hosts, { demands: [demand({ vcpus: 9 })] })).toEqual({})
    expect(wakesOf(hosts, { demands: [demand({ untilMs: nowMs })] })).toEqual({})
  })

  it('nobody is woken whose own lease would take it away again at once, or whose turn to be tried again has not come', () => {
    const soon = { isActive: false, nextStartMs: nowMs + host('x').leadMs + options.leastOnMs }
    const failed = { failures: 1, failedAtMs: nowMs - 1 }
    expect(wakesOf([host('a', { promise: soon }), host('b', { record: failed })], { demands: [demand()] })).toEqual({})
  })
})

describe('the reserve', () => {
  it('is filled up, counting who is awake and not awaited', () => {
    const hosts = [host('a'), host('b'), host('c')]
    const warm = [host('warm', { state: 'up' })]
    expect(wakesOf(hosts, { warm, reserve: 1 })).toEqual({})
    expect(wakesOf(hosts, { warm, reserve: 2 })).toEqual({ a: 'wake-reserve' })
    expect(wakesOf(hosts, { warm, reserve: 1, demands: [demand()] })).toEqual({ a: 'wake-reserve' })
  })

  it('counts whom a person wants awake, and not who is woken for a lease', () => {
    const wish = { state: 'awake', by: 'olga', untilMs: nowMs + hourMs } as const
    const leased = { isActive: true, nextStartMs: Number.POSITIVE_INFINITY }
    expect(wakesOf([host('a', { record: { wish } }), host('b')], { reserve: 1 })).toEqual({ a: 'commanded' })
    expect(wakesOf([host('a', { promise: leased }), host('b')], { reserve: 1 })).toEqual({
      a: 'wake-lease',
      b: 'wake-reserve',
    })
  })
})
