// Evictions nobody asked for: whose maximum run time is over, and what is lent beyond what may be.
import { defaultPreemptionPolicy, type HostId } from '@gleaner/model'
import { aHost, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { aRoomWorld } from '../testing/a-room-world.ts'
import { planExpiry, planShrink } from './plan-proactive.ts'

const hourMs = 3_600_000
const host = aHost({ name: 'h1', cores: 8, reservedCores: 0, coreRatio: 1 })
const spot = (name: string, hours: number, more: Parameters<typeof anInstance>[0] = {}) =>
  anInstance({
    name,
    hostId: host.id,
    firmness: 'preemptible',
    vcpus: 2,
    memoryMiB: 1024,
    stateSinceMs: testStartMs - hours * hourMs,
    createdAtMs: testStartMs - hours * hourMs,
    ...more,
  })

describe('the maximum run time', () => {
  const preemption = { ...defaultPreemptionPolicy, action: 'stop', maximumRunMs: 4 * hourMs } as const
  const leaving = (
    instances: readonly ReturnType<typeof spot>[],
    more: Partial<Parameters<typeof aRoomWorld>[2]> = {},
  ) =>
    planExpiry(aRoomWorld(aSnapshot({ hosts: [host], instances }), testStartMs, { preemption, ...more }))?.victims.map(
      ({ instanceId }) => instanceId,
    )

  it('is over for who has run so long, to the millisecond', () => {
    const justBefore = spot('before', 4, { stateSinceMs: testStartMs - 4 * hourMs + 1 })
    expect(leaving([spot('young', 1), spot('over', 4), justBefore])).toEqual(['test:over'])
  })

  it('is none where none is set', () => {
    const endless = { ...preemption, maximumRunMs: Number.POSITIVE_INFINITY }
    expect(leaving([spot('old', 10_000)], { preemption: endless })).toBeUndefined()
  })

  it('does not end firm ones, stopped ones, protected ones, and those that opted out', () => {
    const none = [
      spot('firm', 9, { firmness: 'firm' }),
      spot('stopped', 9, { state: 'stopped' }),
      spot('locked', 9, { protectedBy: 'a lock' }),
      spot('out', 9, { tags: [preemption.optOutTag] }),
    ]
    expect(leaving(none)).toBeUndefined()
  })

  it('was agreed beforehand: a budget that is used up does not keep them', () => {
    const budget = { evictions: 0, windowMs: hourMs }
    expect(leaving([spot('over', 5)], { preemption: { ...preemption, budget } })).toEqual(['test:over'])
  })

  it('does not begin for an instance of which the cloud does not say how long it runs', () => {
    expect(leaving([spot('unknown', 0, { stateSinceMs: undefined, createdAtMs: undefined })])).toBeUndefined()
  })
})

describe('what is lent', () => {
  const shrink = (
    lendable: { vcpus: number; ramMiB: number } | undefined,
    instances: readonly ReturnType<typeof spot>[],
  ) =>
    planShrink(
      aRoomWorld(
        aSnapshot({ hosts: [host], instances }),
        testStartMs,
        lendable === undefined ? {} : { lendable: new Map<HostId, typeof lendable>([[host.id, lendable]]) },
      ),
    )?.victims.map(({ instanceId }) => instanceId)
  const three = [spot('a', 1), spot('b', 2), spot('c', 3)]

  it('stays while it is no more than may be lent', () => {
    expect(shrink({ vcpus: 6, ramMiB: 3072 }, three)).toBeUndefined()
  })

  it('leaves as far as it is more, and no further', () => {
    expect(shrink({ vcpus: 5, ramMiB: 3072 }, three)).toHaveLength(1)
    expect(shrink({ vcpus: 6, ramMiB: 1024 }, three)).toHaveLength(2)
    expect(shrink({ vcpus: 0, ramMiB: 0 }, three)).toHaveLength(3)
  })

  it('is not looked at on hosts where nothing is lent', () => {
    expect(shrink(undefined, three)).toBeUndefined()
  })
})
